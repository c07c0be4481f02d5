"""Conservation laws of money on generated companies: whatever is billed, paused, discounted, given back or spent."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.dbt.warehouse import FEW, Start, Warehouse

TODAY = datetime.now(UTC).date()
MONTHS = [date(TODAY.year + month // 12, month % 12 + 1, 1) for month in range(TODAY.month - 18, TODAY.month)]
FIRST = datetime.combine(MONTHS[0], datetime.min.time())
DAYS = (TODAY - MONTHS[0]).days
RATED = ("USD", "EUR")
UNRATED = "XTS"
"""A currency without an exchange rate."""

RECURRING = (
    "dim_exchange_rates", "fct_mrr_item_terms", "fct_mrr_items_monthly", "fct_mrr_monthly", "fct_paid_spells",
    "fct_mrr_spell_starts", "fct_mrr_movements", "arr_monthly", "arr_by_dimension_monthly", "fct_mrr_retention",
    "retention_monthly", "retention_by_dimension_monthly", "retention_cohorts_monthly", "mrr_policy_comparison",
    "fct_metric_contributions",
)  # fmt: skip
EARNED = (
    "dim_exchange_rates", "fct_invoices", "fct_revenue_events", "revenue_monthly", "fct_revenue_items",
    "fct_recognised_revenue", "recognised_revenue_monthly", "revenue_growth_monthly", "revenue_by_dimension_monthly",
    "fct_customer_acquisitions", "fct_customer_lifetime_revenue", "clv_realised_by_cohort",
    "fct_metric_contributions",
)  # fmt: skip
SPENT = (
    "dim_exchange_rates", "dim_campaigns", "fct_marketing_spend_daily", "marketing_spend_monthly",
    "fct_acquisition_costs", "cac_monthly", "cac_by_dimension_monthly", "fct_metric_contributions",
)  # fmt: skip

cents = st.integers(0, 10**6).map(lambda amount: Decimal(amount) / 100)
day = st.integers(0, DAYS)
stretch = st.tuples(
    st.integers(1, 250),
    st.sampled_from([("month", 1), ("month", 3), ("year", 1), ("week", 2), ("day", 1)]),
    cents,
    st.integers(0, 3),
    st.sampled_from(["0", "10", "33.333333", "100"]).map(Decimal),
    st.sampled_from(["served"] * 4 + ["trial", "paused", "gap"]),
)
contract = st.tuples(
    st.integers(0, 2), st.sampled_from((*RATED, UNRATED)), day, st.lists(stretch, min_size=1, max_size=4),
    st.booleans(), st.none() | st.integers(0, 60), st.none() | st.integers(-40, 40),
)  # fmt: skip
line = st.tuples(
    st.integers(-(10**5), 10**6).map(lambda amount: Decimal(amount) / 100),
    st.none() | st.tuples(st.integers(-60, 60), st.integers(0, 400)),
)
bill = st.tuples(
    st.integers(0, 2), st.sampled_from((*RATED, UNRATED)), day, st.lists(line, max_size=3), cents,
    st.sampled_from(["paid", "open", "uncollectible", "void"]), st.lists(st.tuples(day, cents), max_size=2),
    st.lists(st.tuples(day, cents), max_size=3),
)  # fmt: skip

currency = st.sampled_from((*RATED * 3, UNRATED))
channel = st.sampled_from(["paid_search", "email", None])
segment = st.sampled_from(["smb", "enterprise", None])
entry = st.tuples(
    st.sampled_from(["sales", "marketing"]), st.sampled_from(["acquisition", "expansion", None]), channel, segment, day,
    st.integers(-(10**4), 10**6).map(lambda amount: Decimal(amount) / 100), currency,
)  # fmt: skip
advert = st.tuples(st.sampled_from(["g1", "g2", None]), channel, day, cents, currency)
newcomer = st.tuples(channel, segment, st.sampled_from(["sourced", "influenced", "none"]), day)


def laws_of(warehouse: Warehouse, models: tuple[str, ...]) -> list[str]:
    """Those that do not hold, of the tables just built; a currency without a rate is a warning, not a broken law."""
    names = [warehouse.models[name].table for name in models]
    return [law for law in warehouse.broken(*names) if "exchange rate" not in law or "exchange effect" in law]


@FEW
@given(st.lists(contract, min_size=1, max_size=5))
def test_recurring_revenue_walks_splits_and_is_retained(company: Start, contracts: list[Any]) -> None:
    """Under our policies, and from them to the published ones of others."""
    with company() as warehouse:
        _calendar(warehouse)
        for number, drawn in enumerate(contracts):
            _contract(warehouse, f"s{number}", *drawn)
        warehouse.build(*RECURRING)
        assert laws_of(warehouse, RECURRING) == []


@FEW
@given(st.lists(bill, min_size=1, max_size=5))
def test_revenue_is_earned_to_the_cent(company: Start, bills: list[Any]) -> None:
    """Lines of any sign and any period, bills their lines do not add up to, money given back more than once."""
    with company() as warehouse:
        _calendar(warehouse)
        for number, drawn in enumerate(bills):
            _bill(warehouse, f"i{number}", *drawn)
        warehouse.build(*EARNED)
        assert laws_of(warehouse, EARNED) == []


@FEW
@given(st.lists(entry, max_size=8), st.lists(advert, max_size=6), st.lists(newcomer, max_size=6))
def test_cost_is_spread_over_every_dimension_to_the_cent(
    company: Start, entries: list[Any], adverts: list[Any], newcomers: list[Any]
) -> None:
    """Costs of one channel or of all, credits among them, months without a customer, spend of no campaign."""
    with company() as warehouse:
        _calendar(warehouse)
        warehouse.insert(
            "canonical.campaigns", [{"campaign_id": "g1", "channel": "paid_search"}, {"campaign_id": "g2"}]
        )
        for number, (kind, purpose, named, part, booked, amount, money) in enumerate(entries):
            cost = {
                "operating_cost_id": f"k{number}", "cost_date": FIRST.date() + timedelta(days=booked),
                "cost_type": kind, "purpose": purpose, "channel": named, "segment": part, "amount": amount,
                "currency_code": money,
            }  # fmt: skip
            warehouse.insert("canonical.operating_costs", [cost])
        for campaign, named, spent, amount, money in adverts:
            bought = {"campaign_id": campaign, "channel": named, "spend_date": FIRST.date() + timedelta(days=spent)}
            warehouse.insert("canonical.marketing_spend", [bought | {"cost": amount, "currency_code": money}])
        for number, (named, part, role, came) in enumerate(newcomers):
            customer = {
                "customer_id": f"c{number}", "month_date": (FIRST + timedelta(days=came)).date().replace(day=1),
                "acquisition_channel": named or "unknown", "segment": part or "unknown", "partner_role": role,
            }  # fmt: skip
            warehouse.insert("marts.fct_customer_acquisitions", [customer])
        warehouse.build(*SPENT)
        assert laws_of(warehouse, SPENT) == []


def _calendar(warehouse: Warehouse) -> None:
    """Eighteen months to today, a euro that moves each month, and two of three customers on record."""
    tomorrow = datetime.combine(TODAY + timedelta(days=1), datetime.min.time())
    for month in MONTHS:
        following = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
        ends = datetime.combine(following, datetime.min.time())
        row = {
            "month_date": month, "calendar_year": month.year, "next_month_date": following,
            "started_at": datetime.combine(month, datetime.min.time()), "snapshot_end_at": min(ends, tomorrow),
            "is_complete": ends <= tomorrow,
        }  # fmt: skip
        warehouse.insert("marts.dim_months", [row])
    for currency, rate in (("USD", "1"), ("EUR", "1 + extract(month from d) / 100.0")):
        warehouse.connection.execute(
            f"insert into marts.dim_exchange_rates_daily by name select '{currency}' as currency_code, d as date_day,"
            f" 'USD' as reporting_currency_code, d as rate_date, {rate} as rate from ("
            f" select cast(unnest(generate_series(date '{MONTHS[0].year}-01-01', date '{TODAY}', interval 1 day))"
            " as date) as d) as days"
        )
    for customer, segment in (("c0", "smb"), ("c1", "unknown")):
        known = {"customer_id": customer, "segment": segment, "region": "north", "industry": "x"}
        warehouse.insert("marts.dim_customers", [known | {"acquisition_channel": "partner"}])


def _contract(
    warehouse: Warehouse, name: str, customer: int, currency: str, begins: int, stretches: list[Any], is_open: bool,
    unpaid_after: int | None, notice: int | None,
) -> None:  # fmt: skip
    """Terms one after the other; perhaps notice around the end, and a bill unpaid from some day on."""
    at = FIRST + timedelta(days=begins, hours=7)
    for number, (days, (unit, count), price, quantity, off, kind) in enumerate(stretches):
        ends = at + timedelta(days=days)
        if kind != "gap":
            is_last = number == len(stretches) - 1
            term = {
                "subscription_item_term_id": f"{name}-{number}", "subscription_item_id": f"{name}-item",
                "subscription_id": name, "customer_id": f"c{customer}", "revenue_type": "recurring",
                "valid_from": at, "valid_to": None if is_open and is_last else ends, "billing_interval": unit,
                "billing_interval_count": count, "unit_amount": price, "quantity": quantity, "discount_percent": off,
                "permanent_discount_percent": min(off, Decimal(10)), "currency_code": currency,
                "is_trial": kind == "trial", "is_paused": kind == "paused",
            }  # fmt: skip
            warehouse.insert("canonical.subscription_item_terms", [term])
        at = ends
    request = None if notice is None else at + timedelta(days=notice)
    contract = {"subscription_id": name, "cancel_requested_at": request, "ended_at": None if is_open else at}
    warehouse.insert("canonical.subscriptions", [contract])
    if unpaid_after is not None:
        issued = FIRST + timedelta(days=begins + unpaid_after)
        owed = {"invoice_id": f"{name}-bill", "subscription_id": name, "status": "open", "net_amount": 5}
        warehouse.insert("canonical.invoices", [owed | {"issued_at": issued, "currency_code": currency}])


def _bill(
    warehouse: Warehouse, name: str, customer: int, currency: str, issued: int, lines: list[Any], rest: Decimal,
    status: str, credits: list[Any], refunds: list[Any],
) -> None:  # fmt: skip
    """A bill whose amount is its lines and a rest, with what is credited and refunded, perhaps too much of it."""
    at = FIRST + timedelta(days=issued, hours=9)
    net = sum((amount for amount, _ in lines), rest)
    head = {"invoice_id": name, "customer_id": f"c{customer}", "status": status, "currency_code": currency}
    warehouse.insert(
        "canonical.invoices", [head | {"issued_at": at, "net_amount": net, "tax_amount": abs(net) * Decimal("0.19")}]
    )
    for number, (amount, period) in enumerate(lines):
        # The calendar begins with the first day served.
        starts = None if period is None else max(at + timedelta(days=period[0]), FIRST)
        ends = None if period is None or starts is None else starts + timedelta(days=period[1])
        row = {"invoice_line_id": f"{name}-{number}", "invoice_id": name, "net_amount": amount, "quantity": 1}
        served = {"service_start_at": starts, "service_end_at": ends, "revenue_type": "recurring"}
        warehouse.insert("canonical.invoice_lines", [row | served])
    back = {"invoice_id": name, "customer_id": f"c{customer}", "currency_code": currency}
    for number, (later, amount) in enumerate(credits):
        note = {"credit_note_id": f"{name}-c{number}", "net_amount": amount, "issued_at": FIRST + timedelta(days=later)}
        warehouse.insert("canonical.credit_notes", [back | note])
    for number, (later, amount) in enumerate(refunds):
        refund = {"refund_id": f"{name}-r{number}", "amount": amount, "refunded_at": FIRST + timedelta(days=later)}
        warehouse.insert("canonical.refunds", [back | refund])
