"""What HubSpot may plausibly hold: times in order, amounts in range, histories and associations that are complete."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows

CHANGING = ("companies", "contacts", "deals", "calls", "emails", "meetings", "notes", "tasks")
NEWEST = "json_extract_string(properties_with_history, '$.{0}[0].value')"
ENGAGEMENTS = ("calls", "emails", "meetings", "notes", "tasks")


def suite() -> dict[str, list[gxe.Expectation]]:
    """Table → expectations. Keys, accepted values and relationships are dbt's business."""
    found: dict[str, list[gxe.Expectation]] = {name: _envelope() for name in CHANGING}
    for name in ENGAGEMENTS:
        found[name] += _engagement()
    found["companies"] += [
        no_rows(
            "Web domains look like domains",
            "select id from batch where domain is not null and not regexp_matches(domain, '^[^@ ]+[.][^@ ]+$')",
            severity="warning",
        ),
        no_rows(
            "Head counts and revenues are not negative",
            "select id from batch where numberofemployees < 0 or annualrevenue < 0",
            severity="warning",
        ),
        no_rows("No company is its own parent", "select id from batch where hs_parent_company_id = id"),
    ]
    found["contacts"] += [
        no_rows(
            "E-mail addresses hold exactly one at sign",
            "select id from batch where email is not null and not regexp_matches(trim(email), '^[^@ ]+@[^@ ]+$')",
            severity="warning",
        ),
        no_rows(
            "At most half of the living contacts lack an e-mail address",
            "select count(*) as contacts, count(email) as with_address from batch where not _is_deleted "
            "having count(*) >= 20 and count(email) * 2 < count(*)",
            severity="warning",
        ),
    ]
    for name in ("companies", "contacts"):
        found[name].append(_present_owner())
    found["deals"] += _deals()
    found["calls"] += [
        no_rows(
            "Calls last from nothing to a day",
            "select id from batch where hs_call_duration not between 0 and 86400000",
            severity="warning",
        )
    ]
    found["meetings"] += [
        no_rows(
            "Meetings end after they begin",
            "select id from batch where hs_meeting_end_time < hs_meeting_start_time",
            severity="warning",
        )
    ]
    found["deal_pipelines"] = [
        no_rows(
            "Every pipeline in use has a stage that is won",
            "with stages as (select id, unnest(from_json(stages, "
            """'[{"metadata": {"isClosed": "VARCHAR", "probability": "VARCHAR"}}]')) as stage """
            "from batch where not coalesce(archived, false)) select id from stages group by id having not "
            "coalesce(bool_or(stage.metadata.isclosed = 'true' "
            "and try_cast(stage.metadata.probability as double) = 1), false)",
        ),
    ]
    found["owners"] = [
        no_rows(
            "Present owners have an e-mail address",
            "select id from batch where not archived and email is null",
            severity="warning",
        )
    ]
    found["account"] = [
        no_rows(
            "The account names its currency",
            "select portal_id from batch where not coalesce(regexp_matches(company_currency, '^[A-Z]{3}$'), false)",
        )
    ]
    return found


def _envelope() -> list[gxe.Expectation]:
    return [
        no_rows(
            "No record was created before HubSpot was, or after the run",
            "select id from batch where created_at < timestamp '2006-01-01' "
            "or created_at > greatest(_extracted_at, updated_at) + interval 1 day",
        ),
        no_rows(
            "No record changed before it was made",
            "select id from batch where updated_at < created_at - interval 1 minute",
            severity="warning",
        ),
        no_rows(
            "Records in the recycle bin are marked deleted, and only they",
            "select id from batch where coalesce(archived, false) <> coalesce(_is_deleted, false)",
        ),
    ]


def _engagement() -> list[gxe.Expectation]:
    return [
        no_rows(
            "Engagements took place within the age of HubSpot and two years from now",
            "select id from batch where hs_timestamp < timestamp '2006-01-01' "
            "or hs_timestamp > greatest(_extracted_at, updated_at) + interval 730 day",
            severity="warning",
        ),
        no_rows(
            "At most a fifth of the living engagements belong to no company, contact or deal",
            "select count(*) as engagements from batch where not _is_deleted having count(*) >= 20 and count(*) < 5 * "
            "count(*) filter (coalesce(cast(associated_companies as varchar), '[]') = '[]' "
            "and coalesce(cast(associated_contacts as varchar), '[]') = '[]' "
            "and coalesce(cast(associated_deals as varchar), '[]') = '[]')",
            severity="warning",
        ),
    ]


def _present_owner() -> gxe.Expectation:
    """Of records read before their history was, there is none."""
    newest = NEWEST.format("hubspot_owner_id")
    return no_rows(
        "The newest owner in the history is the present one",
        "select id from batch where properties_with_history is not null and merged_into_id is null "
        f"and coalesce({newest}, '') <> coalesce(hubspot_owner_id, '')",
    )


def _deals() -> list[gxe.Expectation]:
    return [
        no_rows(
            "Every deal that was not merged away came with the history of its stage",
            "select id from batch where merged_into_id is null and dealstage is not null "
            f"and {NEWEST.format('dealstage')} is null",
        ),
        no_rows(
            "The newest stage and owner in the history are the present ones",
            "select id from batch where merged_into_id is null "
            f"and ({NEWEST.format('dealstage')} <> dealstage "
            f"or {NEWEST.format('hubspot_owner_id')} <> hubspot_owner_id)",
        ),
        no_rows(
            "The newest amount in the history is the present one",
            f"select id from batch where try_cast({NEWEST.format('amount')} as decimal(38, 9)) <> amount",
        ),
        no_rows("Amounts are not negative", "select id from batch where amount < 0", severity="warning"),
        no_rows(
            "Currencies are three letters",
            "select id from batch where not regexp_matches(deal_currency_code, '^[A-Z]{3}$')",
        ),
        no_rows(
            "Close dates lie within twenty years of the deal's creation",
            "select id from batch where abs(date_diff('day', created_at, closedate)) > 7305",
            severity="warning",
        ),
        no_rows(
            "At most a fifth of the living deals belong to no company",
            "select count(*) as deals from batch where not _is_deleted having count(*) >= 20 and count(*) < 5 * "
            "count(*) filter (coalesce(cast(associated_companies as varchar), '[]') = '[]')",
            severity="warning",
        ),
    ]
