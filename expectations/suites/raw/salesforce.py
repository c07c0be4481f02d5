"""What Salesforce may plausibly hold: times in order, amounts in range, histories that end where the record stands."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows

CHANGING = ("accounts", "contacts", "leads", "opportunities", "campaigns", "tasks", "events")


def suite() -> dict[str, list[gxe.Expectation]]:
    """Table → expectations. Keys, accepted values and relationships are dbt's business."""
    found: dict[str, list[gxe.Expectation]] = {name: _times() for name in CHANGING}
    found["accounts"] += [
        no_rows(
            "Head counts and revenues are not negative",
            "select id from batch where number_of_employees < 0 or annual_revenue < 0",
            severity="warning",
        ),
        no_rows("No account is above itself", "select id from batch where parent_id = id"),
        _survivors(),
    ]
    found["contacts"] += [
        no_rows(
            "E-mail addresses hold exactly one at sign",
            "select id from batch where email is not null and not regexp_matches(trim(email), '^[^@ ]+@[^@ ]+$')",
            severity="warning",
        ),
        _survivors(),
    ]
    found["leads"] += [
        no_rows(
            "A converted lead tells when and into which account",
            "select id from batch where is_converted and not _is_deleted "
            "and (converted_date is null or converted_account_id is null)",
            severity="warning",
        ),
        _survivors(),
    ]
    found["opportunities"] += [
        no_rows("Amounts are not negative", "select id from batch where amount < 0", severity="warning"),
        no_rows("What is won is closed", "select id from batch where is_won and not is_closed"),
        no_rows(
            "Close dates lie within twenty years of the opportunity's creation",
            "select id from batch where abs(date_diff('day', cast(created_date as date), close_date)) > 7305",
            severity="warning",
        ),
        no_rows(
            "At most a fifth of the living opportunities belong to no account",
            "select count(*) as opportunities from batch where not _is_deleted "
            "having count(*) >= 20 and count(*) < 5 * count(*) filter (account_id is null)",
            severity="warning",
        ),
    ]
    found["opportunity_history"] = [
        no_rows(
            "Every state has a stage and a time",
            "select id from batch where stage_name is null or created_date is null",
        ),
        no_rows(
            "Chances lie between 0 and 100 percent",
            "select id from batch where probability not between 0 and 100",
            severity="warning",
        ),
    ]
    found["account_history"], found["contact_history"] = _owners("account_id"), _owners("contact_id")
    found["opportunity_line_items"] = [
        no_rows(
            "A line's total is its price times its quantity less its discount, to a unit in a thousand",
            "select id from batch where abs(total_price - quantity * unit_price * (1 - coalesce(discount, 0) / 100)) "
            "> greatest(1, abs(total_price) / 1000)",
            severity="warning",
        )
    ]
    found["opportunity_stages"] = [
        no_rows(
            "Some stage in use is won and some is open",
            "select count(*) as stages from batch where is_active having count(*) > 0 "
            "and (count(*) filter (is_won) = 0 or count(*) filter (not is_closed) = 0)",
        )
    ]
    found["dated_conversion_rates"] = [
        no_rows("Rates are above nothing", "select id from batch where not coalesce(conversion_rate > 0, false)"),
        no_rows(
            "Rates of a currency do not overlap",
            "select id from (select id, next_start_date, lead(start_date) over (partition by iso_code order by "
            "start_date) as following from batch) where next_start_date > following",
        ),
    ]
    found["organization"] = [
        no_rows(
            "No row tells of two orgs",
            "select count(*) as orgs from batch having count(*) > 1",
        )
    ]
    found["objects"] = [
        no_rows(
            "Every field that this connector uses may be read",
            "select name, missing_fields from batch where cast(missing_fields as varchar) <> '[]'",
            severity="warning",
        ),
        no_rows(
            "Every field named in custom_fields may be read",
            "select name, missing_custom_fields from batch where cast(missing_custom_fields as varchar) <> '[]'",
            severity="warning",
        ),
    ]
    return found


def _times() -> list[gxe.Expectation]:
    return [
        no_rows(
            "No record was created before Salesforce was, or after the run",
            "select id from batch where created_date < timestamp '1999-01-01' "
            "or created_date > greatest(_extracted_at, system_modstamp) + interval 1 day",
        ),
        no_rows(
            "No record changed before it was made",
            "select id from batch where system_modstamp < created_date - interval 1 minute",
            severity="warning",
        ),
    ]


def _owners(record: str) -> list[gxe.Expectation]:
    return [
        no_rows(
            "Every entry tells of which record and when",
            f"select id from batch where {record} is null or created_date is null",
        ),
        no_rows(
            "An owner is taken from whom the change before gave it to",
            "select id from (select id, substring(old_value, 1, 15) as old_owner, substring(lag(new_value) over "
            f"(partition by {record} order by created_date, id), 1, 15) as owner_before from batch "
            "where field = 'Owner' "
            "and regexp_full_match(coalesce(new_value, old_value), '005[A-Za-z0-9]{12}([A-Za-z0-9]{3})?')) "
            "where old_owner <> owner_before",
            severity="warning",
        ),
    ]


def _survivors() -> gxe.Expectation:
    return no_rows(
        "What was merged away is deleted",
        "select id from batch where master_record_id is not null and not coalesce(is_deleted, false)",
    )
