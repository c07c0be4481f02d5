"""What an account was at the end of a past day: its revenue, open deals and questions, and who sold to it last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ingestion.sandbox.facts import Facts, Ticket, crm_of
from ingestion.sandbox.truth.money import INSTANT, Rates, month_start, reporting_amount
from ingestion.sandbox.truth.pipeline import deal_states, recorded_deals
from ingestion.sandbox.truth.revenue import ZERO, mrr_at
from ingestion.sandbox.truth.touchpoints import Touchpoint, touchpoints

RECENT = timedelta(days=90)
BY_ITSELF = ("email_open", "subscription_", "invoice_", "payment_", "credit_note_", "refund_")
"""Kinds of touchpoints in which nobody touches anybody: what mail programs and billing do."""


@dataclass
class AccountDay:
    """An account at the end of a UTC day."""

    mrr: Decimal = ZERO
    """In reporting currency, at the rate of the day's year."""
    open_pipeline: Decimal = ZERO
    """In reporting currency, each deal at the rate of the year it was created in."""
    open_deals: int = 0
    open_questions: int = 0
    recent_questions: int = 0
    """Asked on this day or one of the 89 before."""
    seller: tuple[str, int] | None = None
    """CRM and owner of the deal opened last, whether it is open still or closed; None before the first."""


def accounts_on(
    facts: Facts,
    day: date,
    account_of_customer: Callable[[str], str],
    account_of_company: Callable[[str, int], str],
    account_of_ticket: Callable[[Ticket], str | None],
) -> dict[str, AccountDay]:
    """Everyone with whom there was anything by then. Which account a record belongs to is for identity to say."""
    at = min(month_start(day + timedelta(days=1)) - INSTANT, facts.as_of)
    rates, crms = Rates(facts), crm_of(facts)
    found: dict[str, AccountDay] = defaultdict(AccountDay)
    for customer_id, billed in mrr_at(facts, at).items():
        for currency, mrr in billed.items():
            in_reporting = reporting_amount(mrr, rates(currency, day.year))
            found[account_of_customer(customer_id)].mrr += in_reporting
    for deal in sorted(recorded_deals(facts), key=lambda deal: deal.created_at):
        standing = [state for state in deal_states(deal, rates) if state.at <= at]
        if not standing or standing[-1].status == "removed":
            continue
        crm = crms[deal.company_id]
        account = found[account_of_company(crm, deal.company_id)]
        owner = deal.owner.at(at)
        account.seller = None if owner is None else (crm, owner)
        if standing[-1].status == "open":
            account.open_deals += 1
            account.open_pipeline += standing[-1].amount_reporting
    for ticket in facts.tickets:
        name = account_of_ticket(ticket)
        if name is None or ticket.deleted_at is not None or ticket.created_at > at:
            continue
        found[name].open_questions += not any(
            status == "solved" and changed_at <= at for changed_at, status in ticket.status
        )
        found[name].recent_questions += day - ticket.created_at.date() < RECENT
    return dict(found)


def last_touches(facts: Facts, day: date) -> dict[str, Touchpoint]:
    """By normalised address: the last thing on its timeline by the end of `day` that did not happen by itself."""
    at = min(month_start(day + timedelta(days=1)) - INSTANT, facts.as_of)
    by_then = (touch for touch in touchpoints(facts) if touch.at <= at)
    return {touch.email: touch for touch in by_then if not touch.kind.startswith(BY_ITSELF)}
