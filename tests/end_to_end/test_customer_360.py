"""Accounts and people as they were on past days, against the company's own books. Which account a record belongs to is
taken from the warehouse: test_identity holds that against the truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ingestion.sandbox.facts import Facts, Ticket, crm_id, unit_of
from ingestion.sandbox.truth import AccountDay, accounts_on, last_touches
from tests.end_to_end.conftest import AS_OF, Company, naive
from tests.end_to_end.test_stages import told
from tests.end_to_end.test_truth import address, people_of

DAYS = (date(2024, 2, 29), date(2024, 12, 31), date(2025, 1, 1), date(2025, 9, 17), AS_OF)
IN_FORCE = "valid_from <= ? and (valid_to is null or valid_to > ?)"


@pytest.fixture(scope="module", params=DAYS, ids=str)
def day(request: pytest.FixtureRequest) -> date:
    assert isinstance(request.param, date)
    return request.param


def with_accounts(facts: Facts) -> Facts:
    """`facts` less the deals of which no account is told: HubSpot forgets whose a deleted deal was."""
    units = unit_of(facts)
    deals = [deal for deal in facts.deals if deal.archived_at is None or units[deal.company_id] != "northwind"]
    return replace(facts, deals=deals)


def test_accounts_as_they_were(company: Company, day: date) -> None:
    published = company.published
    tickets = dict(
        published.query(
            "select record_id, account_id from marts.fct_touchpoints where touchpoint_type = 'conversation_started'"
        )
    )

    def of_ticket(ticket: Ticket) -> str | None:
        return tickets.get(f"{ticket.desk}:{ticket.ticket_id}")

    def seller(account: AccountDay) -> str | None:
        if account.seller is None:
            return None
        crm, owner_id = account.seller
        return f"{crm}:{crm_id(crm, 'user', owner_id)}"

    days = accounts_on(
        with_accounts(told(company.facts)),
        day,
        published.account_of_customer,
        published.account_of_company,
        of_ticket,
    )
    true = {
        (
            account_id, account.mrr, account.open_pipeline, account.open_deals, account.open_questions,
            account.recent_questions, seller(account),
        )
        for account_id, account in days.items()
    }  # fmt: skip
    found = set(
        published.query(
            "select account_id, mrr, open_pipeline_amount, open_opportunity_count, open_conversation_count,"
            f" recent_conversation_count, deal_owner_id from marts.fct_account_states where {IN_FORCE}",
            day,
            day,
        )
    )
    silent = {row for row in found if row[1:] == (Decimal(0), Decimal(0), 0, 0, 0, None)}
    assert sum(row[1] for row in true) > 0 and sum(row[3] for row in true) > 0
    assert sorted(true - found) == [] and sorted(found - silent - true) == []


def test_the_last_touch_of_people(company: Company, day: date) -> None:
    """To the second, of everyone whom no CRM or order system touched later: of those, test_truth does not ask either.

    Left out is who answers an address that is no person's on record: truth knows no such addresses.
    """
    people = people_of(company.published)
    on_record = {address(person.email) for person in company.facts.people if not person.is_test_record}
    unknown = {person_id for email, person_id in people.items() if email not in on_record}
    touches = [(people[address(email)], touch) for email, touch in last_touches(told(company.facts), day).items()]
    true = dict(sorted(touches, key=lambda item: item[1].at))
    found = dict(
        company.published.query(
            "select person_id, last_touch_at from marts.fct_person_states where last_touch_at is not null"
            f" and {IN_FORCE}",
            day,
            day,
        )
    )
    exact = {
        person_id: naive(touch.at)
        for person_id, touch in true.items()
        if person_id not in unknown
        and touch.kind in ("web_session", "email_click", "ticket_created", "ticket_answered", "referral_registered")
    }
    assert exact
    assert {person_id: found.get(person_id) for person_id in exact} == exact


def test_today_is_what_the_dimensions_show(company: Company) -> None:
    [(mrr, customers, healthy)] = company.published.query(
        "select sum(mrr), count(*) filter (health is not null), count(*) filter (health = 'healthy')"
        " from marts.dim_accounts"
    )
    assert company.published.query("select mrr from metrics.arr_monthly order by month_date desc limit 1") == [(mrr,)]
    assert 0 < healthy < customers
    [(shown, with_owner)] = company.published.query("select count(stage), count(owner_id) from marts.dim_people")
    assert shown and with_owner
