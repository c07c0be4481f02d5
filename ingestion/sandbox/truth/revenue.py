"""Monthly recurring revenue by customer, and why it moved: metrics.md §1 with every policy at its default."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from ingestion.sandbox.facts import Facts, Price, Subscription, SubscriptionItem
from ingestion.sandbox.truth.money import Rates, cents, major_units, month_start, months, snapshot_instant

RECURRING_FAMILIES = ("platform", "seats", "support")
REACTIVATION_WINDOW = timedelta(days=90)
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class MrrRow:
    """A billing customer's recurring revenue at the end of a month; only rows with some contract MRR exist."""

    month: date
    """First day."""
    customer_id: str
    currency: str
    contract_mrr: Decimal
    """Before discount, in `currency`."""
    mrr: Decimal
    """After discount, in `currency`."""
    rate: Decimal
    contract_mrr_reporting: Decimal
    mrr_reporting: Decimal
    is_complete: bool


@dataclass(frozen=True)
class MovementRow:
    """opening + new + reactivation + expansion − contraction − churn + fx = closing, in reporting currency."""

    month: date
    customer_id: str
    opening: Decimal
    new: Decimal
    reactivation: Decimal
    expansion: Decimal
    contraction: Decimal
    churn: Decimal
    fx: Decimal
    closing: Decimal
    is_complete: bool


def is_active(subscription: Subscription, at: datetime) -> bool:
    """Started, out of trial, not ended and not paused at `at`."""
    if at < subscription.created_at:
        return False
    if subscription.trial_ends_at is not None and at < subscription.trial_ends_at:
        return False
    if subscription.ended_at is not None and subscription.ended_at <= at:
        return False
    return not any(start <= at < end for start, end in subscription.pauses)


def monthly(price: Price) -> Fraction:
    """One unit of a price for one month, in major units; 0 for a one-off price."""
    amount, count = Fraction(major_units(price.unit_amount, price.currency)), price.interval_count
    if price.interval == "month":
        return amount / count
    if price.interval == "year":
        return amount / (12 * count)
    if price.interval == "week":
        return amount * Fraction(52, 12 * count)
    if price.interval == "day":
        return amount * Fraction(365, 12 * count)
    return Fraction(0)


def kept_share(subscription: Subscription, at: datetime) -> Fraction:
    """What is left of a price after the discounts in force at `at`, each taken off the rest of the one before."""
    share = Fraction(1)
    for discount in subscription.discounts:
        if discount.starts_at <= at and (discount.ends_at is None or at < discount.ends_at):
            share *= Fraction(100 - discount.percent_off, 100)
    return share


def periods_paid_for(facts: Facts) -> dict[str, datetime]:
    """Until when each subscription is paid for: the end of the last recurring line of a paid bill nobody gave back."""
    recurring = {product.product_id for product in facts.products if product.family in RECURRING_FAMILIES}
    given_back = {note.invoice_id for note in facts.credit_notes} | {refund.invoice_id for refund in facts.refunds}
    until: dict[str, datetime] = {}
    for invoice in facts.invoices:
        if invoice.subscription_id is None or invoice.status.current != "paid" or invoice.invoice_id in given_back:
            continue
        for line in invoice.lines:
            if line.product_id in recurring and line.amount - line.discount_amount > 0:
                known = until.get(invoice.subscription_id)
                until[invoice.subscription_id] = line.period_end if known is None else max(known, line.period_end)
    return until


class Contracts:
    """The subscriptions of a `Facts`, looked up the way the functions below need them."""

    def __init__(self, facts: Facts) -> None:
        families = {product.product_id: product.family for product in facts.products}
        self._prices = {
            price.price_id: price for price in facts.prices if families.get(price.product_id) in RECURRING_FAMILIES
        }
        self.by_customer: dict[str, list[Subscription]] = defaultdict(list)
        paid_until = periods_paid_for(facts)
        for subscription in facts.subscriptions:
            paid = paid_until.get(subscription.subscription_id)
            if subscription.ended_at is not None and paid is not None and paid > subscription.ended_at:
                subscription = replace(subscription, ended_at=paid)
            self.by_customer[subscription.customer_id].append(subscription)

    def item_mrr(self, item: SubscriptionItem, share: Fraction, at: datetime) -> Decimal:
        """One position at `at`, to the cent, times the `share` that discounts leave."""
        terms = item.terms.at(at)
        if terms is None or terms[0] not in self._prices:
            return ZERO
        price_id, quantity = terms
        return cents(monthly(self._prices[price_id]) * quantity * share)

    def customer_mrr(self, customer_id: str, at: datetime) -> dict[str, tuple[Decimal, Decimal]]:
        """(contract, billed) MRR by currency at `at`."""
        result: dict[str, tuple[Decimal, Decimal]] = {}
        for subscription in self.by_customer[customer_id]:
            if is_active(subscription, at):
                contract, billed = result.get(subscription.currency, (ZERO, ZERO))
                share = kept_share(subscription, at)
                contract += sum((self.item_mrr(item, Fraction(1), at) for item in subscription.items), ZERO)
                billed += sum((self.item_mrr(item, share, at) for item in subscription.items), ZERO)
                result[subscription.currency] = (contract, billed)
        return result

    def first_mrr(self, subscription: Subscription) -> Decimal:
        """Billed MRR of a contract at its first paid instant; zero if it never came to that."""
        at = subscription.trial_ends_at or subscription.created_at
        if not is_active(subscription, at):
            return ZERO
        share = kept_share(subscription, at)
        return sum((self.item_mrr(item, share, at) for item in subscription.items), ZERO)

    def billed(self, customer_id: str, at: datetime) -> dict[str, Decimal]:
        """Billed MRR by currency at `at`, positive ones only."""
        return {c: pair[1] for c, pair in self.customer_mrr(customer_id, at).items() if pair[1]}

    def paying_spells(self, customer_id: str, until: datetime) -> list[tuple[datetime, datetime | None]]:
        """[start, end) of each unbroken time with billed MRR above zero; end None while it lasts."""
        instants: set[datetime] = set()
        for subscription in self.by_customer[customer_id]:
            instants |= {subscription.created_at} | {at for item in subscription.items for at, _ in item.terms}
            instants |= {at for pause in subscription.pauses for at in pause}
            instants |= {at for d in subscription.discounts for at in (d.starts_at, d.ends_at) if at is not None}
            instants |= {at for at in (subscription.trial_ends_at, subscription.ended_at) if at is not None}
        spells: list[tuple[datetime, datetime | None]] = []
        for at in sorted(instant for instant in instants if instant <= until):
            is_paying, was_paying = bool(self.billed(customer_id, at)), bool(spells) and spells[-1][1] is None
            if is_paying and not was_paying:
                spells.append((at, None))
            elif was_paying and not is_paying:
                spells[-1] = (spells[-1][0], at)
        return spells


def mrr_at(facts: Facts, at: datetime) -> dict[str, dict[str, Decimal]]:
    """Billed MRR at `at` by billing customer and currency; only who has some."""
    contracts = Contracts(facts)
    found = {customer_id: contracts.billed(customer_id, at) for customer_id in list(contracts.by_customer)}
    return {customer_id: billed for customer_id, billed in found.items() if billed}


def item_mrr_at(facts: Facts, at: datetime) -> list[tuple[str, str, Decimal]]:
    """(item, currency, billed MRR) of every position that earns something at `at`."""
    contracts = Contracts(facts)
    return [
        (item.item_id, subscription.currency, mrr)
        for owned in contracts.by_customer.values()
        for subscription in owned
        if is_active(subscription, at)
        for item in subscription.items
        if (mrr := contracts.item_mrr(item, kept_share(subscription, at), at))
    ]


def mrr_by_month(facts: Facts) -> list[MrrRow]:
    """Month-end MRR of every billing customer, by month and customer; the running month as it stands."""
    contracts, rates, rows = Contracts(facts), Rates(facts), []
    for month in months(facts):
        at, is_complete = snapshot_instant(facts, month)
        for customer_id in contracts.by_customer:
            for currency, (contract, billed) in contracts.customer_mrr(customer_id, at).items():
                if contract:
                    rate = rates(currency, month.year)
                    reporting = cents(contract * rate), cents(billed * rate)
                    rows.append(MrrRow(month, customer_id, currency, contract, billed, rate, *reporting, is_complete))
    return rows


def mrr_movements(facts: Facts) -> list[MovementRow]:
    """One row for each customer and month in which the customer had MRR at the opening, in between or at the close.

    A return counts as reactivation when the time without MRR, from the instant it became zero to the instant it first
    became positive in the month, is at most 90 days. A customer with nothing at both ends of the month who paid in
    between has `new` (or `reactivation`) and `churn` of the MRR at that first instant. `fx` is the opening at this
    month's rate less the opening as reported, so the other movements are free of currency effects.
    """
    contracts, rates, rows = Contracts(facts), Rates(facts), []
    spells = {c: contracts.paying_spells(c, facts.as_of) for c in contracts.by_customer}
    before: dict[str, tuple[dict[str, Decimal], Decimal]] = {}
    for month in months(facts):
        at, is_complete = snapshot_instant(facts, month)

        def at_rate(amounts: dict[str, Decimal], year: int = month.year) -> Decimal:
            return sum((cents(amount * rates(currency, year)) for currency, amount in amounts.items()), ZERO)

        for customer_id in contracts.by_customer:
            previous, opening = before.get(customer_id, ({}, ZERO))
            now = contracts.billed(customer_id, at)
            closing, restated = at_rate(now), at_rate(previous)
            moved = dict.fromkeys(("new", "reactivation", "expansion", "contraction", "churn"), ZERO)
            starts = [n for n, spell in enumerate(spells[customer_id]) if month_start(month) <= spell[0] <= at]
            if previous and now:
                moved["expansion"] = max(ZERO, closing - restated)
                moved["contraction"] = max(ZERO, restated - closing)
            elif previous:
                moved["churn"] = restated
            elif starts:
                start = spells[customer_id][starts[0]][0]
                earlier = spells[customer_id][starts[0] - 1][1] if starts[0] else None
                kind = "new" if earlier is None or start - earlier > REACTIVATION_WINDOW else "reactivation"
                moved[kind] = closing if now else at_rate(contracts.billed(customer_id, start))
                moved["churn"] = moved[kind] - closing
            if opening or closing or any(moved.values()):
                rows.append(
                    MovementRow(
                        month, customer_id, opening, **moved, fx=restated - opening, closing=closing,
                        is_complete=is_complete,
                    )
                )  # fmt: skip
            before[customer_id] = (now, closing)
    return rows


def first_mrr(facts: Facts) -> dict[str, Decimal]:
    """Billed MRR of every contract at its first paid instant, by subscription, in the contract's currency."""
    contracts = Contracts(facts)
    return {item.subscription_id: contracts.first_mrr(item) for item in facts.subscriptions}


def paying_spells(facts: Facts) -> dict[str, list[tuple[datetime, datetime | None]]]:
    """By billing customer: [start, end) of each unbroken time with billed MRR above zero; end None while it lasts."""
    contracts = Contracts(facts)
    return {customer_id: contracts.paying_spells(customer_id, facts.as_of) for customer_id in contracts.by_customer}
