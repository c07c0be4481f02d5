"""The company's MRR as Stripe, ChartMogul and ProfitWell would count it, by the rules that they publish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from ingestion.sandbox.facts import Facts, Invoice, Price, Subscription, SubscriptionItem
from ingestion.sandbox.truth.money import Rates, cents, month_start, months, snapshot_instant
from ingestion.sandbox.truth.revenue import RECURRING_FAMILIES, ZERO, kept_share, monthly, periods_paid_for

DUNNING = timedelta(days=15)


@dataclass(frozen=True)
class Rules:
    """Wherein they differ. All leave out trials; the sandbox company bills no usage."""

    counts: Callable[[Subscription, datetime], bool]
    """Whether a contract that is out of its trial earns at an instant."""
    kept: Callable[[Subscription, datetime], Fraction]
    """The share of the price that discounts leave at an instant."""
    has_daily_rates: bool
    """Whether a service period is converted at the rate of its first day, instead of one rate all year."""


def stripe(facts: Facts) -> dict[date, Decimal]:
    """MRR of each month: discounts with an end are ignored, a contract ends when notice is given, paused ones count."""

    def counts(contract: Subscription, at: datetime) -> bool:
        return _runs(contract.cancel_requested_at, at) and _runs(contract.ended_at, at)

    return _mrr(facts, Rules(counts, _without_passing_discounts, has_daily_rates=False))


def chartmogul(facts: Facts) -> dict[date, Decimal]:
    """MRR of each month: a contract ends when billing ends it, paused ones count, a period has the rate it began at."""
    return _mrr(facts, Rules(lambda contract, at: _runs(contract.ended_at, at), kept_share, has_daily_rates=True))


def profitwell(facts: Facts) -> dict[date, Decimal]:
    """MRR of each month: a contract ends with the period paid for; one paused or 15 days past due earns nothing."""
    paid_until = periods_paid_for(facts)
    bills: dict[str, list[Invoice]] = defaultdict(list)
    for invoice in facts.invoices:
        amount = sum(line.amount - line.discount_amount for line in invoice.lines)
        if invoice.subscription_id is not None and amount > 0:
            bills[invoice.subscription_id].append(invoice)

    def counts(contract: Subscription, at: datetime) -> bool:
        paid = paid_until.get(contract.subscription_id)
        is_extended = contract.ended_at is not None and paid is not None and paid > contract.ended_at
        return (
            _runs(paid if is_extended else contract.ended_at, at)
            and not any(begins <= at < ends for begins, ends in contract.pauses)
            and not any(_is_past_due(bill, at) for bill in bills[contract.subscription_id])
        )

    return _mrr(facts, Rules(counts, kept_share, has_daily_rates=True))


def _runs(ends_at: datetime | None, at: datetime) -> bool:
    return ends_at is None or at < ends_at


def _is_past_due(bill: Invoice, at: datetime) -> bool:
    settled_at = bill.status.changed_at if bill.status.current == "void" else bill.paid_at
    return at >= month_start(bill.due_date) + DUNNING and _runs(settled_at, at)


def _without_passing_discounts(contract: Subscription, at: datetime) -> Fraction:
    share = Fraction(1)
    for discount in contract.discounts:
        if discount.starts_at <= at and discount.ends_at is None:
            share *= Fraction(100 - discount.percent_off, 100)
    return share


def _mrr(facts: Facts, rules: Rules) -> dict[date, Decimal]:
    yearly, found = Rates(facts), {}
    for month in months(facts):
        at, _ = snapshot_instant(facts, month)
        parts: dict[tuple[str, str, Decimal], Decimal] = defaultdict(Decimal)
        for contract, item, mrr in _earning(facts, rules, at):
            if rules.has_daily_rates:
                rate = _rate_on(facts, contract.currency, _period_start(contract, item, at).date())
            else:
                rate = yearly(contract.currency, month.year)
            parts[contract.customer_id, contract.currency, rate] += mrr
        if parts:
            found[month] = sum((cents(mrr * rate) for (_, _, rate), mrr in parts.items()), ZERO)
    return found


def _earning(facts: Facts, rules: Rules, at: datetime) -> Iterator[tuple[Subscription, SubscriptionItem, Decimal]]:
    families = {product.product_id: product.family for product in facts.products}
    prices: dict[str, Price] = {
        price.price_id: price for price in facts.prices if families.get(price.product_id) in RECURRING_FAMILIES
    }
    for contract in facts.subscriptions:
        if (contract.trial_ends_at or contract.created_at) <= at and rules.counts(contract, at):
            for item in contract.items:
                price_id, quantity = item.terms.at(at) or ("", 0)
                if price_id in prices:
                    yield contract, item, cents(monthly(prices[price_id]) * quantity * rules.kept(contract, at))


def _period_start(contract: Subscription, item: SubscriptionItem, at: datetime) -> datetime:
    """When the running service period of an item began; of one that was added in the middle, when it was."""
    begun = max((starts_at for starts_at, _ in contract.periods if starts_at <= at), default=contract.created_at)
    return begun if item.terms.at(begun) else max(since for since, _ in item.terms if since <= at)


def _rate_on(facts: Facts, currency: str, day: date) -> Decimal:
    if currency == "USD":
        return Decimal(1)
    fixings = [rate for rate in facts.exchange_rates if rate.currency == currency and rate.day <= day]
    return Decimal(max(fixings, key=lambda rate: rate.day).rate)
