"""What part partners have in deals, against the company's own knowledge of who registered and called whom when."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from ingestion.sandbox.facts import Deal, Facts, crm_id, unit_of
from ingestion.sandbox.truth import (
    PartnerRole,
    partner_role_by_customer,
    partner_roles,
    reporting_amount,
    reporting_rate,
)
from ingestion.sandbox.truth.money import major_units
from tests.end_to_end.conftest import Company
from tests.end_to_end.test_truth import shown

ROLES = ("sourced", "influenced", "co_sold")


def told(facts: Facts) -> Facts:
    """`facts` as vendors tell them: Salesforce gives the end of a call or e-mail, and not who wrote an e-mail."""
    units = unit_of(facts)
    engagements = [
        replace(
            item,
            at=item.at + timedelta(minutes=item.minutes) if item.kind in ("calls", "emails") else item.at,
            direction=None if item.kind == "emails" else item.direction,
        )
        if units[item.company_id] == "meridian"
        else item
        for item in facts.engagements
    ]
    return replace(shown(facts), engagements=engagements)


@pytest.fixture(scope="module")
def true(company: Company) -> list[PartnerRole]:
    return partner_roles(told(company.facts))


def opportunity(role: PartnerRole) -> str:
    return f"{role.crm}:{crm_id(role.crm, 'opportunity', role.deal_id)}"


def test_every_partner_has_its_role(company: Company, true: list[PartnerRole]) -> None:
    keys = {partner.partner_id: partner.key for partner in company.facts.partners}
    expected = Counter(
        (opportunity(role), f"partnerstack:{keys[role.partner_id]}", role.role, role.reason, role.is_contested,
         role.own_contacts)
        for role in true
    )  # fmt: skip
    found = Counter(
        company.published.query(
            "select opportunity_id, partner_id, role, reason, is_contested, own_activity_count"
            " from marts.fct_partner_roles inner join marts.fct_opportunities using (opportunity_id)"
        )
    )
    assert {role for _, _, role, *_ in expected} == {*ROLES, "refused"}
    assert {"registered_first", "not_approved", "after_first_contact"} <= {reason for *_, reason, _, _ in expected}
    assert not found - expected and not expected - found, (found - expected, expected - found)


def test_each_role_is_counted_by_itself(company: Company, true: list[PartnerRole]) -> None:
    """Deals opened and won with each role, and those with more than one, in number and in money."""
    facts = shown(company.facts)
    roles: dict[int, set[str]] = {}
    for role in true:
        roles.setdefault(role.deal_id, set()).add(role.role)

    def amount(deal: Deal) -> Decimal:
        currency = deal.currency.current
        rate = reporting_rate(facts, currency, deal.created_at.year)
        return reporting_amount(major_units(deal.amount.current, currency), rate)

    counted: Counter[tuple[date, str, str]] = Counter()
    summed: dict[tuple[date, str, str], Decimal] = {}

    def count(deal: Deal, milestone: str, month: date) -> None:
        parts = roles.get(deal.deal_id, set()) - {"refused"}
        for name in [*parts, *(["overlap"] if len(parts) > 1 else []), *(["partnered"] if parts else [])]:
            counted[month, milestone, name] += 1
            summed[month, milestone, name] = summed.get((month, milestone, name), Decimal(0)) + amount(deal)

    for deal in facts.deals:
        if deal.archived_at is None and deal.merged_into is None:
            count(deal, "created", deal.created_at.date().replace(day=1))
            if deal.stage.current == "closedwon":
                count(deal, "won", list(deal.stage)[-1][0].date().replace(day=1))
    names = (*ROLES, "overlap", "partnered")
    columns = ", ".join(f"{name}_count, {name}_amount" for name in names)
    found = company.published.query(
        f"select month_date, milestone, {columns} from metrics.partner_influence_monthly"
        " where partnered_count > 0 order by 1, 2"
    )
    expected = [
        (month, milestone, *(value for name in names for value in (
            counted[month, milestone, name], summed.get((month, milestone, name), Decimal(0))
        )))
        for month, milestone in sorted({(month, milestone) for month, milestone, _ in counted})
    ]  # fmt: skip
    assert expected
    assert found == expected


@pytest.mark.parametrize("role", ["sourced", "influenced", "none"])
def test_each_deal_has_one_role_as_a_dimension(company: Company, true: list[PartnerRole], role: str) -> None:
    sourced = {opportunity(item) for item in true if item.role == "sourced"}
    influenced = {opportunity(item) for item in true if item.role == "influenced"} - sourced
    published = {
        row[0]
        for row in company.published.query(
            "select opportunity_id from marts.bridge_opportunity_dimensions inner join marts.fct_opportunities"
            " using (opportunity_id) where dimension = 'partner_role' and dimension_value = ?",
            role,
        )
    }
    if role == "none":
        assert published and not published & (sourced | influenced)
    else:
        assert published == (sourced if role == "sourced" else influenced)


def test_who_was_won_with_a_partner(company: Company) -> None:
    """By the day of the first revenue, which test_truth_of_money holds against the bills."""
    found = {
        customer_id.removeprefix("stripe:"): (acquired_on, role)
        for customer_id, acquired_on, role in company.published.query(
            "select customer_id, acquired_on, partner_role from marts.fct_customer_acquisitions"
            " where customer_id like 'stripe:%' and partner_role <> 'unknown'"
        )
    }
    acquired_on = {customer_id: day for customer_id, (day, _) in found.items()}
    expected = partner_role_by_customer(told(company.facts), acquired_on)
    assert set(expected.values()) == {"sourced", "influenced", "none"}
    assert expected == {customer_id: role for customer_id, (_, role) in found.items()}


def test_commissions_are_spent_on_the_role_they_paid(company: Company, true: list[PartnerRole]) -> None:
    """What partners earned for deals they sourced, and for those they influenced, as far as the deal is on record."""
    facts = company.facts
    referrals = {referral.referral_id: referral for referral in facts.referrals}
    role_of = {(role.deal_id, role.partner_id): role.role for role in true if role.role in ("sourced", "influenced")}
    earned: Counter[str] = Counter()
    for reward in facts.rewards:
        if reward.status.current != "declined":
            deal_id = referrals[reward.referral_id].deal_id
            assert deal_id is not None
            rate = reporting_rate(facts, reward.currency, reward.earned_at.year)
            role = role_of.get((deal_id, reward.partner_id), "unknown")
            earned[role] += reporting_amount(major_units(reward.amount, reward.currency), rate)
    found = dict(
        company.published.query(
            "select partner_role, sum(cost) from marts.fct_acquisition_costs where cost_type = 'partner_commission'"
            " group by 1"
        )
    )
    assert {"sourced", "influenced"} <= set(earned)
    assert found == dict(earned)
