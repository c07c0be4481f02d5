"""Five customers at the end of February under the rules of others, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from ingestion.sandbox.facts import Discount, Facts, History, Invoice, InvoiceLine
from ingestion.sandbox.truth.published_rules import chartmogul, profitwell, stripe
from tests.ingestion.sandbox.test_truth_revenue import at, company, contract

FEBRUARY = date(2023, 2, 1)


def five() -> Facts:
    """100 less a passing 40 %; 50 that has given notice; 30 paused; 20 a month past due; 10 euros at 9.00, not 1.10."""
    discounted = replace(contract(at(1, 5), customer="a"), discounts=[Discount("passing", 40, at(1, 5), at(3, 5))])
    leaving = replace(contract(at(1, 6), "platform-month-1-5000-USD", customer="b"), cancel_requested_at=at(2, 20))
    paused = replace(contract(at(1, 7), "platform-month-1-3000-USD", customer="c"), pauses=[(at(2, 7), at(3, 7))])
    owing = contract(at(1, 8), "platform-month-1-2000-USD", customer="d")
    euros = replace(contract(at(1, 9), "platform-month-1-1000-EUR", customer="e"), periods=[(at(2, 9), at(3, 9))])
    facts = company(at(2, 28, hour=23), discounted, leaving, paused, owing, euros)
    line = InvoiceLine("il", "platform", "p", 1, 2000, 0, 0, at(1, 8), at(2, 8), False, None, "")
    facts.invoices.append(
        Invoice("in", "1", "d", owing.subscription_id, "USD", "subscription_cycle", at(1, 8), date(2023, 2, 1), [line],
                History(at(1, 8), "open"), at(1, 8))
    )  # fmt: skip
    return facts


def test_five_customers_under_three_sets_of_rules() -> None:
    facts = five()
    assert stripe(facts)[FEBRUARY] == Decimal("161.00"), "100 + 30 + 20 + 11"
    assert chartmogul(facts)[FEBRUARY] == Decimal("250.00"), "60 + 50 + 30 + 20 + 90"
    assert profitwell(facts)[FEBRUARY] == Decimal("200.00"), "60 + 50 + 90"


def test_a_bill_is_past_due_from_the_fifteenth_day_until_it_is_paid() -> None:
    facts = five()
    [bill] = facts.invoices
    bill.due_date, bill.paid_at = date(2023, 2, 14), datetime(2023, 3, 1, tzinfo=UTC)
    assert profitwell(facts)[FEBRUARY] == Decimal("220.00"), "on 1 March it would be"
    bill.due_date = date(2023, 2, 13)
    assert profitwell(facts)[FEBRUARY] == Decimal("200.00")
    bill.paid_at = at(2, 28)
    assert profitwell(facts)[FEBRUARY] == Decimal("220.00")
