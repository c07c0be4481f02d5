"""The company's MRR as Stripe, ChartMogul and ProfitWell would count it, by the rules that they publish.

Each set of rules is told by the contracts that ours would have to see: with other ends, pauses or discounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from ingestion.sandbox.facts import Facts, Subscription, SubscriptionItem
from ingestion.sandbox.truth.money import Rates, cents, month_start, months, snapshot_instant
from ingestion.sandbox.truth.revenue import ZERO, Contracts, is_active, kept_share

DUNNING = timedelta(days=15)
NEVER = datetime.max.replace(tzinfo=UTC)


def stripe(facts: Facts) -> dict[date, Decimal]:
    """MRR of each month: discounts with an end are ignored, a contract ends when notice is given, paused ones count."""
    told = []
    for contract in facts.subscriptions:
        ends = [at for at in (contract.cancel_requested_at, contract.ended_at) if at is not None]
        lasting = [discount for discount in contract.discounts if discount.ends_at is None]
        told.append(replace(contract, ended_at=min(ends, default=None), discounts=lasting, pauses=[]))
    return _mrr(facts, told, has_daily_rates=False)


def chartmogul(facts: Facts) -> dict[date, Decimal]:
    """MRR of each month: a contract ends when billing ends it, paused ones count, a period has the rate it began at."""
    return _mrr(facts, [replace(contract, pauses=[]) for contract in facts.subscriptions], has_daily_rates=True)


def profitwell(facts: Facts) -> dict[date, Decimal]:
    """MRR of each month: a contract ends with the period paid for; one paused or 15 days past due earns nothing."""
    suspended: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for bill in facts.invoices:
        if bill.subscription_id is not None and sum(line.amount - line.discount_amount for line in bill.lines) > 0:
            settled_at = bill.status.changed_at if bill.status.current == "void" else bill.paid_at
            suspended[bill.subscription_id].append((month_start(bill.due_date) + DUNNING, settled_at or NEVER))
    told = [
        replace(contract, pauses=[*contract.pauses, *suspended[contract.subscription_id]])
        for owned in Contracts(facts).by_customer.values()
        for contract in owned
    ]
    return _mrr(facts, told, has_daily_rates=True)


def _mrr(facts: Facts, told: list[Subscription], *, has_daily_rates: bool) -> dict[date, Decimal]:
    """MRR of the contracts `told`, the sandbox company billing no usage; each customer's rounded by currency and rate.

    With `has_daily_rates` an item is converted at the rate of the day its service period began, else at the year's.
    """
    yearly, contracts, found = Rates(facts), Contracts(facts), {}
    for month in months(facts):
        at, _ = snapshot_instant(facts, month)
        parts: dict[tuple[str, str, Decimal], Decimal] = defaultdict(Decimal)
        for contract, item, mrr in _earning(contracts, told, at):
            if has_daily_rates:
                rate = _rate_on(facts, contract.currency, _period_start(contract, item, at).date())
            else:
                rate = yearly(contract.currency, month.year)
            parts[contract.customer_id, contract.currency, rate] += mrr
        if parts:
            found[month] = sum((cents(mrr * rate) for (_, _, rate), mrr in parts.items()), ZERO)
    return found


def _earning(
    contracts: Contracts, told: list[Subscription], at: datetime
) -> Iterator[tuple[Subscription, SubscriptionItem, Decimal]]:
    for contract in told:
        if is_active(contract, at):
            for item in contract.items:
                if mrr := contracts.item_mrr(item, kept_share(contract, at), at):
                    yield contract, item, mrr


def _period_start(contract: Subscription, item: SubscriptionItem, at: datetime) -> datetime:
    """When the running service period of an item began; of one that was added in the middle, when it was."""
    begun = max((starts_at for starts_at, _ in contract.periods if starts_at <= at), default=contract.created_at)
    return begun if item.terms.at(begun) else max(since for since, _ in item.terms if since <= at)


def _rate_on(facts: Facts, currency: str, day: date) -> Decimal:
    if currency == "USD":
        return Decimal(1)
    fixings = [rate for rate in facts.exchange_rates if rate.currency == currency and rate.day <= day]
    return Decimal(max(fixings, key=lambda rate: rate.day).rate)
