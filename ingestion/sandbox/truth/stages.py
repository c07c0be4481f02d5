"""How far each account came as a customer, and when it left: the later stages of the journey, event by event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingestion.sandbox.facts import Facts, crm_of
from ingestion.sandbox.truth.money import month_start, next_month
from ingestion.sandbox.truth.revenue import ZERO, mrr_movements, paying_spells

RETAINED_AFTER = timedelta(days=365)
RANK = {"customer": 1, "onboarded": 2, "retained": 3, "expanded": 4}
"""An account only moves up, until it leaves."""


@dataclass(frozen=True)
class CustomerStage:
    """An account enters a stage."""

    account: str
    stage: str
    """`customer`, `onboarded`, `retained`, `expanded` or `churned`."""
    at: datetime


def customer_stages(
    facts: Facts, account_of_customer: Callable[[str], str], account_of_company: Callable[[str, int], str]
) -> list[CustomerStage]:
    """Every entry, by account and time. Which account a record belongs to is for identity to say, so it is given.

    - A customer pays recurringly, orders goods that are not cancelled, or is billed once and pays.
    - Onboarded at the first call or meeting since then that is about no deal; retained after a year of paying
      without a break; expanded at the end of a month in which one of its billing customers grew.
    - Churned when the last of its billing customers stops paying.
    """
    events: dict[str, list[tuple[datetime, int, str]]] = defaultdict(list)
    for account, stage, at in customer_events(facts, account_of_customer, account_of_company):
        if at <= facts.as_of:
            events[account].append((at, RANK.get(stage, 9), stage))
    entries = []
    for account, found in events.items():
        height = 0
        for at, rank, stage in sorted(found):
            if height == 0 and stage != "customer":
                continue
            if rank > height:
                entries.append(CustomerStage(account, stage, at))
                height = 0 if stage == "churned" else rank
    return entries


def customer_events(
    facts: Facts, account_of_customer: Callable[[str], str], account_of_company: Callable[[str, int], str]
) -> Iterator[tuple[str, str, datetime]]:
    """(account, stage, instant) of everything that shows one of the later stages, reached already or not."""
    crms = crm_of(facts)
    spells: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for customer_id, paid in paying_spells(facts).items():
        spells[account_of_customer(customer_id)] += paid
    for account, found in spells.items():
        for begins_at, ends_at in joined(found):
            yield account, "customer", begins_at
            if ends_at is None or begins_at + RETAINED_AFTER < ends_at:
                yield account, "retained", begins_at + RETAINED_AFTER
            if ends_at is not None:
                yield account, "churned", ends_at
    for movement in mrr_movements(facts):
        if movement.expansion > ZERO and movement.is_complete:
            yield account_of_customer(movement.customer_id), "expanded", month_start(next_month(movement.month))
    for invoice in facts.invoices:
        is_free = sum(line.amount - line.discount_amount for line in invoice.lines) <= 0
        if invoice.subscription_id is None and invoice.paid_at is not None and not is_free:
            yield account_of_customer(invoice.customer_id), "customer", invoice.created_at
    for order in facts.orders:
        if order.deleted_at is None and order.status.current != "cancelled":
            crm = crms[order.company_id]
            yield account_of_company(crm, order.company_id), "customer", order.ordered_at
    for item in facts.engagements:
        if item.kind in ("calls", "meetings") and item.deal_id is None and item.archived_at is None:
            yield account_of_company(crms[item.company_id], item.company_id), "onboarded", item.at


def joined(found: list[tuple[datetime, datetime | None]]) -> list[tuple[datetime, datetime | None]]:
    """Spells that overlap or touch become one."""
    joined: list[tuple[datetime, datetime | None]] = []
    for begins_at, ends_at in sorted(found, key=lambda spell: spell[0]):
        if joined and (joined[-1][1] is None or begins_at <= joined[-1][1]):
            earlier, reached = joined[-1]
            joined[-1] = earlier, None if reached is None or ends_at is None else max(reached, ends_at)
        else:
            joined.append((begins_at, ends_at))
    return joined
