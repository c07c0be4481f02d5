"""Recurring revenue and its movements, against numbers worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ingestion.sandbox.facts import (
    Discount,
    ExchangeRate,
    Facts,
    History,
    Price,
    Product,
    Subscription,
    SubscriptionItem,
)
from ingestion.sandbox.truth import MovementRow, mrr_by_month, mrr_movements, reporting_rate

START = datetime(2023, 1, 1, tzinfo=UTC)


def at(month: int, day: int, year: int = 2023, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def company(as_of: datetime, *subscriptions: Subscription) -> Facts:
    """A seller with one product of each family, prices named `<family>-<interval>-<count>-<unit amount>-<currency>`."""
    facts = Facts(seed=0, scale=1, starts_on=date(2023, 1, 1), as_of=as_of, subscriptions=list(subscriptions))
    for family in ("platform", "seats", "support", "services", "hardware"):
        facts.products.append(Product(family, family, family, START))
    ids = {terms[0] for s in subscriptions for item in s.items for _, terms in item.terms}
    for price_id in sorted(ids):
        family, interval, count, unit, currency = price_id.split("-")
        facts.prices.append(
            Price(price_id, family, currency, int(unit), None if interval == "once" else interval, int(count), START)
        )
    for year, rate in ((2023, "1.100000"), (2024, "1.200000")):
        facts.exchange_rates.append(ExchangeRate(date(year, 1, 1), "EUR", rate))
        facts.exchange_rates.append(ExchangeRate(date(year, 1, 2), "EUR", "9.000000"))
        facts.exchange_rates.append(ExchangeRate(date(year, 1, 1), "JPY", "0.007000"))
    return facts


def contract(
    starts: datetime, price_id: str = "platform-month-1-10000-USD", quantity: int = 1, customer: str = "cus_1"
) -> Subscription:
    item = SubscriptionItem(f"si_{price_id}", History(starts, (price_id, quantity)))
    currency = price_id.rsplit("-", 1)[1]
    number = f"sub_{starts:%Y%m%d}_{customer}"
    return Subscription(number, customer, None, currency, "month", 1, starts, [item], [])


def mrr(facts: Facts) -> dict[str, str]:
    """Billed MRR in transaction currency by month."""
    return {f"{row.month:%Y-%m}": str(row.mrr) for row in mrr_by_month(facts)}


def movement(facts: Facts, month: str) -> dict[str, str]:
    """The non-zero parts of a month's only movement."""
    rows = [row for row in mrr_movements(facts) if f"{row.month:%Y-%m}" == month]
    assert len(rows) == 1
    parts = ("opening", "new", "reactivation", "expansion", "contraction", "churn", "fx", "closing")
    return {name: str(value) for name in parts if (value := getattr(rows[0], name))}


@pytest.mark.parametrize(
    ("price_id", "quantity", "monthly"),
    [
        ("platform-month-1-10000-USD", 1, "100.00"),
        ("seats-month-1-2450-EUR", 7, "171.50"),
        ("platform-month-3-10000-USD", 1, "33.33"),
        ("platform-month-6-10001-USD", 1, "16.67"),
        ("platform-year-1-100000-USD", 1, "83.33"),
        ("platform-year-2-240012-USD", 1, "100.01"),  # 2400.12 / 24 = 100.005, rounded half up
        ("platform-week-1-1000-USD", 1, "43.33"),
        ("platform-week-2-1000-USD", 1, "21.67"),
        ("platform-day-1-100-USD", 1, "30.42"),
        ("support-month-3-14500-JPY", 1, "4833.33"),
    ],
)
def test_a_price_is_normalised_to_a_month(price_id: str, quantity: int, monthly: str) -> None:
    assert mrr(company(at(1, 31, hour=23), contract(at(1, 5), price_id, quantity))) == {"2023-01": monthly}


@pytest.mark.parametrize("price_id", ["services-once-1-50000-USD", "hardware-month-1-50000-USD"])
def test_services_goods_and_one_off_prices_do_not_recur(price_id: str) -> None:
    assert mrr(company(at(1, 31), contract(at(1, 5), price_id))) == {}


def test_the_rate_is_fixed_on_new_years_day() -> None:
    facts = company(at(1, 31))
    assert reporting_rate(facts, "EUR", 2023) == Decimal("1.100000")
    assert reporting_rate(facts, "USD", 2031) == 1
    with pytest.raises(LookupError):
        reporting_rate(facts, "GBP", 2023)


def test_a_month_is_seen_at_its_last_instant() -> None:
    ends_at_midnight, ends_before = contract(at(1, 5)), contract(at(1, 6), customer="cus_2")
    ends_at_midnight.ended_at = datetime(2023, 3, 1, tzinfo=UTC)
    ends_before.ended_at = datetime(2023, 2, 28, 23, 59, 59, tzinfo=UTC)
    starts_at_midnight = contract(datetime(2023, 3, 1, tzinfo=UTC), customer="cus_3")
    rows = mrr_by_month(company(at(3, 31, hour=23), ends_at_midnight, ends_before, starts_at_midnight))
    seen = {customer: [row.month.month for row in rows if row.customer_id == customer] for customer in
            ("cus_1", "cus_2", "cus_3")}  # fmt: skip
    assert seen == {"cus_1": [1, 2], "cus_2": [1], "cus_3": [3]}


def test_trials_count_from_their_end_and_pauses_not_at_all() -> None:
    subscription = contract(at(1, 25))
    subscription.trial_ends_at = at(2, 8)
    subscription.pauses = [(at(3, 8), at(5, 8))]
    assert mrr(company(at(5, 31), subscription)) == {"2023-02": "100.00", "2023-05": "100.00"}


def test_a_trial_that_is_cancelled_never_counts() -> None:
    subscription = contract(at(1, 25))
    subscription.trial_ends_at = subscription.ended_at = at(2, 8)
    facts = company(at(3, 31), subscription)
    assert mrr(facts) == {} and mrr_movements(facts) == []


def test_discounts_lower_billed_but_not_contract_mrr() -> None:
    subscription = contract(at(1, 10), "seats-month-1-3333-USD", 3)  # 99.99 a month
    subscription.discounts = [Discount("10OFF", 10, at(1, 10), at(3, 10))]
    facts = company(at(3, 31, hour=23), subscription)
    assert mrr(facts) == {"2023-01": "89.99", "2023-02": "89.99", "2023-03": "99.99"}  # 89.991
    assert {str(row.contract_mrr) for row in mrr_by_month(facts)} == {"99.99"}
    assert movement(facts, "2023-03") == {"opening": "89.99", "expansion": "10.00", "closing": "99.99"}


def test_each_position_is_rounded_before_they_are_added() -> None:
    subscription = contract(at(1, 10), "platform-month-3-10000-USD")
    subscription.items.append(SubscriptionItem("si_2", History(at(1, 10), ("seats-month-3-10000-USD", 1))))
    assert mrr(company(at(1, 31), subscription)) == {"2023-01": "66.66"}


def test_currency_effect_stands_apart_from_expansion() -> None:
    subscription = contract(at(11, 5), "seats-month-1-1000-EUR", 10)  # 100.00 EUR
    subscription.items[0].terms.set(at(1, 20, 2024), ("seats-month-1-1000-EUR", 15))
    facts = company(at(2, 29, 2024), subscription)
    assert movement(facts, "2023-11") == {"new": "110.00", "closing": "110.00"}
    assert movement(facts, "2024-01") == {"opening": "110.00", "expansion": "60.00", "fx": "10.00", "closing": "180.00"}
    assert movement(facts, "2024-02") == {"opening": "180.00", "closing": "180.00"}


def test_churn_in_january_is_measured_at_the_new_rate() -> None:
    subscription = contract(at(11, 5), "seats-month-1-1000-EUR", 10)
    subscription.ended_at = at(1, 5, 2024)
    facts = company(at(1, 31, 2024), subscription)
    assert movement(facts, "2024-01") == {"opening": "110.00", "churn": "120.00", "fx": "10.00"}


@pytest.mark.parametrize(("extra", "kind"), [(timedelta(0), "reactivation"), (timedelta(seconds=1), "new")])
def test_a_return_within_ninety_days_is_a_reactivation(extra: timedelta, kind: str) -> None:
    first = contract(at(1, 5))
    first.ended_at = at(3, 5)
    again = contract(at(3, 5) + timedelta(days=90) + extra, quantity=2)
    facts = company(at(6, 30), first, again)
    assert movement(facts, "2023-03") == {"opening": "100.00", "churn": "100.00"}
    assert movement(facts, "2023-06") == {kind: "200.00", "closing": "200.00"}


def test_one_of_two_contracts_ending_is_a_contraction() -> None:
    kept, ended = contract(at(1, 5)), contract(at(1, 9), "platform-month-1-3000-USD")
    ended.ended_at = at(2, 9)
    facts = company(at(2, 28), kept, ended)
    assert movement(facts, "2023-02") == {"opening": "130.00", "contraction": "30.00", "closing": "100.00"}


def test_a_contract_replaced_within_the_month_is_no_churn() -> None:
    old, replacement = contract(at(1, 5)), contract(at(2, 20), quantity=2)
    old.ended_at = at(2, 5)
    facts = company(at(2, 28), old, replacement)
    assert movement(facts, "2023-02") == {"opening": "100.00", "expansion": "100.00", "closing": "200.00"}


def test_bought_and_given_back_in_one_month_is_new_and_churn() -> None:
    subscription = contract(at(2, 3))
    subscription.ended_at = at(2, 12)
    facts = company(at(3, 31), subscription)
    assert mrr(facts) == {}
    assert movement(facts, "2023-02") == {"new": "100.00", "churn": "100.00"}
    assert len(mrr_movements(facts)) == 1


def test_a_removed_position_leaves_the_rest() -> None:
    subscription = contract(at(1, 10))
    support = SubscriptionItem("si_2", History(at(1, 10), ("support-month-1-2500-USD", 1)))
    support.terms.set(at(2, 10), ("support-month-1-2500-USD", 0))
    subscription.items.append(support)
    facts = company(at(2, 28), subscription)
    assert movement(facts, "2023-02") == {"opening": "125.00", "contraction": "25.00", "closing": "100.00"}


def test_the_running_month_is_seen_now_and_not_complete() -> None:
    facts = company(datetime(2023, 2, 14, 23, 59, 59, tzinfo=UTC), contract(at(1, 5)))
    assert [(row.month.month, row.is_complete) for row in mrr_by_month(facts)] == [(1, True), (2, False)]
    whole = company(datetime(2023, 2, 28, 23, 59, 59, tzinfo=UTC), contract(at(1, 5)))
    rows: list[MovementRow] = mrr_movements(whole)
    assert [row.is_complete for row in rows] == [True, True]
