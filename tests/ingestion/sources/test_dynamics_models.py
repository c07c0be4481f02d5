"""Dynamics' staging models: what they make of a loaded environment, against what the environment holds.

Two instances are loaded before and after their deals changed: `dynamics_audited`, whose audit log reaches back to the
creation of its deals, and `dynamics_seen`, which has none. A third, `dynamics_polaris`, is the simulated company's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from ingestion.sandbox.facts import CURRENCY_EXPONENT, DEAL_STAGES, Deal, Facts, dynamics_id
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import simulate
from tests.ingestion.sources.dataverse import CREDENTIALS, guid
from tests.ingestion.sources.dataverse_company import (
    ACCOUNT,
    COLLEAGUE,
    CONTACT,
    GONE,
    LEAD,
    OPEN,
    PRODUCT,
    SELLER,
    WON,
    environment,
    move_on,
)

Query = Callable[[str], list[tuple[Any, ...]]]
Load = Callable[[str, dict[str, Any]], None]

AS_OF = date(2024, 9, 30)
STAGES = {code: f"{place}-{label}" for place, (code, label, _) in enumerate(DEAL_STAGES, start=1)}
STAGES |= {"closedwon": "won", "closedlost": "lost"}


@cache
def polaris() -> Facts:
    """A company all of which sells from Dynamics."""
    return simulate(AS_OF, scale=0.1, mix={"hubspot": 0, "dynamics": 100})


def fill(load: Load) -> None:
    for instance, has_log in (("dynamics_audited", True), ("dynamics_seen", False)):
        with environment(has_log).running() as made:
            settings = {"base_url": made.url, "read_audits": has_log, **CREDENTIALS}
            load(instance, settings)
            move_on(made, has_log)
            load(instance, settings)
    with SandboxServer(AS_OF, facts=polaris(), window_scale=0.001) as sandbox:
        load("dynamics_polaris", sandbox.overlay()["dynamics"])


def rows(canonical: Query, columns: str, table: str, instance: str = "dynamics_audited") -> set[tuple[Any, ...]]:
    """Rows of one instance, with the instance taken off the ids."""
    found = canonical(f"select {columns} from canonical.{table} where source_instance = '{instance}'")
    return {tuple(v.removeprefix(f"{instance}:") if isinstance(v, str) else v for v in row) for row in found}


def test_people_and_companies(canonical: Query) -> None:
    columns = "account_id, name, domain, country_code, annual_revenue, currency_code, acquisition_channel, owner_id, "
    assert rows(canonical, columns + "is_deleted, merged_into_account_id", "accounts") == {
        (ACCOUNT, "Acme", "acme.example", "SE", Decimal(1000), "EUR", "Web", SELLER, False, None),
        (guid("account", 2), "Acme AB", None, None, None, None, None, SELLER, True, ACCOUNT),
    }
    assert rows(canonical, "contact_id, account_id, email, has_marketing_consent", "contacts") == {
        (CONTACT, ACCOUNT, "bo@acme.example", True),
        (COLLEAGUE, ACCOUNT, "mia@acme.example", False),
    }
    assert rows(canonical, "lead_id, email, status, channel, converted_account_id", "leads") == {
        (LEAD, "bo@acme.example", "qualified", "Web", ACCOUNT)
    }
    assert rows(canonical, "owner_id, name, team_id", "owners") == {(SELLER, "Ana Ruiz", guid("team", 1))}
    assert rows(canonical, "team_id, name", "teams") == {(guid("team", 1), "Europe")}


@pytest.mark.parametrize("instance", ["dynamics_audited", "dynamics_seen"])
def test_deals_are_as_they_are_now(canonical: Query, instance: str) -> None:
    columns = "opportunity_id, account_id, owner_id, stage_code, amount, currency_code, expected_close_date, is_won, "
    found = rows(canonical, columns + "is_deleted", "opportunities", instance)
    day = datetime.fromisoformat
    assert found == {
        (WON, ACCOUNT, SELLER, "won", Decimal(90), "EUR", day("2026-02-10").date(), True, False),
        (OPEN, ACCOUNT, None, "2-Develop", Decimal(201), "EUR", day("2026-05-31").date(), False, False),
        (GONE, ACCOUNT, SELLER, "1-Qualify", Decimal("301.50"), "EUR", day("2026-03-31").date(), False, True),
    }
    closed = rows(canonical, "closed_at", "opportunities", instance) - {(None,)}
    assert closed == {(day("2026-02-10T15:00:00" if instance == "dynamics_audited" else "2026-02-10"),)}


@pytest.mark.parametrize("instance", ["dynamics_audited", "dynamics_seen"])
def test_history(canonical: Query, instance: str) -> None:
    """The same changes, told by the log or by what two runs saw; only when they happened differs."""
    found = rows(canonical, "opportunity_id, field_name, changed_at, new_value", "opportunity_changes", instance)
    created, won, moved = (
        datetime.fromisoformat(f"2026-{at}:00") for at in ("01-01T10:00", "02-10T15:00", "02-11T15:00")
    )
    developed = datetime(2026, 2, 5, 12) if instance == "dynamics_audited" else moved
    amounts = {WON: "100.50", OPEN: "201.00", GONE: "301.50"}
    start = {"currency_code": "EUR", "expected_close_date": "2026-03-31", "owner_id": SELLER, "is_deleted": "false"}
    expected = {(deal, field, created, value) for deal in amounts for field, value in start.items()}
    expected |= {(deal, "stage_code", created, "1-Qualify") for deal in amounts}
    expected |= {(deal, "amount", created, amount) for deal, amount in amounts.items()}
    expected |= {(WON, "stage_code", won, "won"), (WON, "amount", won, "90.00")}
    expected |= {(WON, "expected_close_date", won, "2026-02-10"), (OPEN, "expected_close_date", moved, "2026-05-31")}
    expected |= {(OPEN, "stage_code", developed, "2-Develop"), (OPEN, "owner_id", moved, None)}
    deletions = {row for row in found if row[1:2] == ("is_deleted",) and row[3] == "true"}
    assert found - deletions == expected
    ((deal, _, at, _),) = deletions
    assert deal == GONE
    assert at == datetime(2026, 2, 12, 12) or (instance == "dynamics_seen" and at > datetime(2026, 2, 12, 12))


def test_stages_are_those_deals_were_in(canonical: Query) -> None:
    columns = "stage_order, stage_code, win_probability, is_closed, is_won"
    assert rows(canonical, columns, "pipeline_stages") == {
        (1, "1-Qualify", None, False, False),
        (2, "2-Develop", None, False, False),
        (3, "won", Decimal(1), True, True),
        (4, "lost", Decimal(0), True, False),
    }


def test_what_hangs_on_a_deal(canonical: Query) -> None:
    assert rows(canonical, "opportunity_id, contact_id, role, is_primary", "opportunity_contacts") == {
        (WON, CONTACT, None, True),
        (OPEN, CONTACT, None, True),
        (GONE, CONTACT, None, True),
        (WON, COLLEAGUE, "Champion", False),
    }
    columns = "opportunity_id, product_id, quantity, unit_amount, discount_amount, total_amount, currency_code"
    amounts = (Decimal(2), Decimal(60), Decimal("19.5"), Decimal("100.5"))
    assert rows(canonical, columns, "opportunity_line_items") == {(WON, PRODUCT, *amounts, "EUR")}
    assert rows(canonical, "product_id, name, revenue_type", "products") == {(PRODUCT, "Setup", "services")}
    columns = "activity_id, activity_type, direction, duration_minutes, account_id, contact_id, opportunity_id"
    assert rows(canonical, columns, "activities") == {
        (guid("call", 1), "call", "outbound", 15, ACCOUNT, COLLEAGUE, WON),
        (guid("email", 1), "email", "inbound", None, ACCOUNT, CONTACT, None),
    }
    columns = "owner_id, cast(period_start_date as varchar), cast(period_end_date as varchar), amount, currency_code"
    assert rows(canonical, columns, "quotas") == {(SELLER, "2026-01-01", "2026-03-31", Decimal(5000), "EUR")}


def of_polaris(deal: Deal, field: str) -> list[tuple[datetime, str | None]]:
    """The values that a field of a deal took, of several at one instant the last, without repetitions."""
    write: dict[str, Callable[[Any, datetime], str | None]] = {
        "stage_code": lambda value, at: STAGES[value],
        "amount": lambda value, at: str(money(deal, value, at)),
        "currency_code": lambda value, at: str(value),
        "expected_close_date": lambda value, at: str(value),
        "owner_id": lambda value, at: dynamics_id("user", value),
    }
    names = {
        "stage_code": "stage",
        "currency_code": "currency",
        "expected_close_date": "close_date",
        "owner_id": "owner",
    }
    steps = {at: write[field](value, at) for at, value in getattr(deal, names.get(field, field))}
    return [
        (naive(at), value)
        for (at, value), before in zip(steps.items(), [None, *steps.values()], strict=False)
        if value != before
    ]


def money(deal: Deal, amount: int, at: datetime) -> Decimal:
    currency = deal.currency.at(at)
    assert currency is not None
    return (Decimal(amount) / 10 ** CURRENCY_EXPONENT[currency]).quantize(Decimal("0.01"))


def naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


@pytest.mark.parametrize("field", ["stage_code", "amount", "currency_code", "owner_id"])
def test_the_simulated_company_s_deals_have_their_whole_history(canonical: Query, field: str) -> None:
    found = rows(
        canonical, "opportunity_id, changed_at, new_value, field_name", "opportunity_changes", "dynamics_polaris"
    )
    assert {row[:3] for row in found if row[3] == field} == {
        (dynamics_id("opportunity", deal.deal_id), *step)
        for deal in polaris().deals
        if not deal.archived_at
        for step in of_polaris(deal, field)
    }


def test_the_simulated_company_s_accounts_and_contacts_have_every_owner(canonical: Query) -> None:
    """Since each was one, those merged away included; what was deleted before the first run is unknown."""
    expected = set()
    buyers = [
        *(("account", one.company_id, one, one.account_created_at) for one in polaris().companies),
        *(("contact", one.person_id, one, one.contact_created_at) for one in polaris().people),
    ]
    for kind, number, buyer, created_at in buyers:
        if created_at is None or (buyer.archived_at and not buyer.merged_into):
            continue
        record = dynamics_id(kind, number)
        for at, owner in {max(at, created_at): owner for at, owner in buyer.owner}.items():
            ids = (record, None) if kind == "account" else (None, record)
            expected.add((*ids, naive(at), dynamics_id("user", owner)))
    found = rows(canonical, "account_id, contact_id, changed_at, owner_id", "owner_changes", "dynamics_polaris")
    assert found == expected
    assert len({row[:2] for row in found}) < len(found), "some changed hands"


def test_the_simulated_company_s_deals_are_as_it_knows_them(canonical: Query) -> None:
    kinds = {"newbusiness": "new_business", "existingbusiness": "expansion", "renewal": "renewal"}
    columns = "opportunity_id, account_id, owner_id, opportunity_type, stage_code, amount, currency_code, created_at, "
    living = [deal for deal in polaris().deals if not deal.archived_at]
    assert len(living) > 20
    assert rows(canonical, columns + "closed_at", "opportunities", "dynamics_polaris") == {
        (
            dynamics_id("opportunity", deal.deal_id),
            dynamics_id("account", deal.company_id),
            dynamics_id("user", deal.owner.current),
            kinds[deal.deal_type],
            STAGES[deal.stage.current],
            money(deal, deal.amount.current, polaris().as_of),
            deal.currency.current,
            naive(deal.created_at),
            naive(deal.stage.changed_at) if deal.stage.current in ("closedwon", "closedlost") else None,
        )
        for deal in living
    }


def test_the_simulated_company_s_leads_became_what_they_did(canonical: Query) -> None:
    columns = "lead_id, channel, converted_at, converted_account_id, converted_opportunity_id"
    assert rows(canonical, columns, "leads", "dynamics_polaris") >= {
        (
            dynamics_id("lead", lead.lead_id),
            lead.source,
            naive(lead.converted_at),
            dynamics_id("account", lead.converted_company_id),
            dynamics_id("opportunity", lead.converted_deal_id),
        )
        for lead in polaris().leads
        if lead.converted_at and lead.converted_company_id and lead.converted_deal_id and not lead.archived_at
    }


def test_the_simulated_company_s_work_is_with_whom_it_was(canonical: Query) -> None:
    kinds = {"calls": "call", "emails": "email", "meetings": "meeting", "tasks": "task"}
    facts = polaris()
    contacts = {person.person_id for person in facts.people if person.contact_created_at}
    leads = {lead.person_id for lead in facts.leads}
    living = [item for item in facts.engagements if item.kind in kinds and not item.archived_at]
    columns = "activity_id, activity_type, occurred_at, owner_id"
    assert rows(canonical, columns, "activities", "dynamics_polaris") == {
        (
            dynamics_id("engagement", item.engagement_id),
            kinds[item.kind],
            naive(item.at),
            dynamics_id("user", item.owner_id),
        )
        for item in living
    }
    sure = [item for item in living if item.kind != "tasks" and item.person_id in contacts - leads]
    assert sure
    assert rows(canonical, "activity_id, contact_id", "activities", "dynamics_polaris") >= {
        (dynamics_id("engagement", item.engagement_id), dynamics_id("contact", item.person_id or 0)) for item in sure
    }
