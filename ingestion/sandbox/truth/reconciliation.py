"""Which won deals, orders and contracts have their counterpart, and what is wrong with those that have not.

Won deals of new business are followed by an order or a contract; goods ordered are billed. Amounts are
compared in the currency they are in; a contract is worth a year at the terms it began with, after discount.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ingestion.sandbox.facts import Facts, Order
from ingestion.sandbox.truth.money import major_units
from ingestion.sandbox.truth.revenue import first_mrr
from ingestion.sandbox.truth.store import STORE_CURRENCY

ONE_PERCENT = Decimal("0.01")


@dataclass(frozen=True)
class Link:
    """A record and how it stands; `outcome` is `matched`, `pending` or the type of its break."""

    record_id: int
    counterparts: int
    outcome: str


@dataclass(frozen=True)
class _Side:
    at: datetime
    amount: Decimal | None
    """None while nobody knows: a contract on trial."""
    currency: str


def booking_links(facts: Facts, grace_days: int = 30, tolerance: Decimal = ONE_PERCENT) -> list[Link]:
    """Each deal of new business now won with an amount, against the orders and contracts that name it."""
    found: dict[int, list[_Side]] = defaultdict(list)
    for order in facts.orders:
        if order.deal_id is not None and _stands(order):
            found[order.deal_id].append(_Side(order.ordered_at, _net(order), _currency(order)))
    first_years = first_mrr(facts)
    for contract in facts.subscriptions:
        if contract.deal_id is not None:
            on_trial = contract.trial_ends_at is not None and contract.trial_ends_at > facts.as_of
            value = None if on_trial and contract.ended_at is None else first_years[contract.subscription_id] * 12
            found[contract.deal_id].append(_Side(contract.created_at, value, contract.currency))
    links = []
    for deal in facts.deals:
        if deal.archived_at is not None or deal.stage.current != "closedwon" or deal.deal_type != "newbusiness":
            continue
        currency = deal.currency.current
        amount = major_units(deal.amount.current, currency)
        if amount:
            won = _Side(deal.stage.changed_at, amount, currency)
            links.append(_judge(deal.deal_id, won, found[deal.deal_id], facts.as_of, grace_days, tolerance))
    return links


def order_links(facts: Facts, grace_days: int = 30, tolerance: Decimal = ONE_PERCENT) -> list[Link]:
    """Each order that stands and is to be billed, against the bills that were issued for it and not voided.

    To be billed are the orders that were, and all orders of a channel most of whose orders were.
    """
    billed: dict[int, list[_Side]] = defaultdict(list)
    for invoice in facts.invoices:
        if invoice.order_id is not None and invoice.status.current != "void":
            net = sum(line.amount - line.discount_amount for line in invoice.lines)
            amount = major_units(net, invoice.currency)
            billed[invoice.order_id].append(_Side(invoice.created_at, amount, invoice.currency))
    standing = [order for order in facts.orders if _stands(order)]
    channels = {order.channel for order in standing}
    billing = {
        channel
        for channel in channels
        if 2 * sum(order.channel == channel and order.order_id in billed for order in standing)
        > sum(order.channel == channel for order in standing)
    }
    return [
        _judge(
            order.order_id,
            _Side(order.ordered_at, _net(order), _currency(order)),
            billed[order.order_id],
            facts.as_of,
            grace_days,
            tolerance,
        )
        for order in standing
        if order.order_id in billed or order.channel in billing
    ]


def _judge(
    record_id: int, record: _Side, found: list[_Side], as_of: datetime, grace_days: int, tolerance: Decimal
) -> Link:
    """The first that applies: nothing found (yet), more than one, another currency, another amount, another time."""
    if not found:
        age = (as_of.date() - record.at.date()).days
        return Link(record_id, 0, "pending" if age <= grace_days else "missing")
    if record.amount is None or any(other.amount is None for other in found):
        return Link(record_id, len(found), "pending")
    if len(found) > 1:
        return Link(record_id, len(found), "duplicate")
    [other] = found
    assert other.amount is not None
    if other.currency != record.currency:
        outcome = "fx"
    elif abs(other.amount - record.amount) > max(abs(other.amount), abs(record.amount)) * tolerance:
        outcome = "amount"
    elif abs((other.at.date() - record.at.date()).days) > grace_days:
        outcome = "timing"
    else:
        outcome = "matched"
    return Link(record_id, 1, outcome)


def _stands(order: Order) -> bool:
    return order.deleted_at is None and order.status.current != "cancelled"


def _currency(order: Order) -> str:
    """The currency its system keeps the order in: the store has one for its books, whatever the buyer paid in."""
    return STORE_CURRENCY if order.channel == "shopify" else order.currency


def _net(order: Order) -> Decimal:
    return major_units(
        sum(line.unit_amount * line.quantity - line.discount_amount for line in order.lines), order.currency
    )
