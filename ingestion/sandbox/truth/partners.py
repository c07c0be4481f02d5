"""What part each partner has in a deal, decided deal by deal from who said what when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ingestion.sandbox.facts import Deal, Facts, Referral, crm_of
from ingestion.sandbox.truth.identity import organisations

IN_FORCE = timedelta(days=90)
CONTACT = ("calls", "emails", "meetings")


@dataclass(frozen=True)
class PartnerRole:
    crm: str
    deal_id: int
    partner_id: int
    role: str
    """`sourced`, `influenced`, `co_sold` or `refused`."""
    reason: str
    """`registered_first`, or why not: `not_approved`, `after_first_contact`, `expired`, `registered_later`,
    `not_registered`."""
    is_contested: bool
    since: datetime | None
    """When the partner came in: its first registration that counts, else the deal's opening; None for the refused."""
    own_contacts: int
    """Of one's own sellers about the deal, while the partner was there and the deal was open."""


@dataclass(frozen=True)
class _Claim:
    referral: Referral
    obstacle: str | None
    counts: bool
    """Whether it shows the partner at work on the deal."""


def partner_roles(facts: Facts) -> list[PartnerRole]:
    """Roles in the deals that are on record, under the settings as they come.

    A partner sourced the deal it registered before anybody of the company had called, met or written to that
    organisation, or had opened a deal with it, if the registration was approved and no older than 90 days when the
    deal was opened. Of several such, the first did. Others who registered it, or whom the CRM names, influenced it.
    """
    firm, crms = organisations(facts), crm_of(facts)
    met = _first_meetings(facts, firm)
    living = [referral for referral in facts.referrals if referral.archived_at is None]
    found: list[PartnerRole] = []
    for deal in facts.deals:
        if deal.archived_at is None and deal.merged_into is None:
            crm = crms[deal.company_id]
            claims = list(_claims(deal, living, firm, min(met[firm[deal.company_id]], deal.created_at)))
            found += _roles(facts, crm, deal, claims, _rivals(living, firm))
    return found


def partner_role_by_customer(facts: Facts, acquired_on: Mapping[str, date]) -> dict[str, str]:
    """Of each billing customer, the most that a partner was to its organisation by the day it became a customer."""
    firm = organisations(facts)
    firm_of_deal = {deal.deal_id: firm[deal.company_id] for deal in facts.deals}
    roles = partner_roles(facts)
    found = {}
    for customer in facts.billing_customers:
        if customer.customer_id in acquired_on:
            by_then = {
                role.role
                for role in roles
                if firm_of_deal[role.deal_id] == firm[customer.company_id]
                and role.since is not None
                and role.since.date() <= acquired_on[customer.customer_id]
            }
            found[customer.customer_id] = next((name for name in ("sourced", "influenced") if name in by_then), "none")
    return found


def _first_meetings(facts: Facts, firm: dict[int, int]) -> dict[int, datetime]:
    """When each organisation was first approached."""
    moments: dict[int, list[datetime]] = defaultdict(list)
    for done in facts.engagements:
        if done.kind in CONTACT and done.direction != "incoming" and done.archived_at is None:
            moments[firm[done.company_id]].append(done.at)
    for deal in facts.deals:
        if deal.archived_at is None:
            moments[firm[deal.company_id]].append(deal.created_at)
    return {number: min(found) for number, found in moments.items()}


def _closed_at(deal: Deal) -> datetime | None:
    at, stage = list(deal.stage)[-1]
    return at if stage.startswith("closed") else None


def _claims(deal: Deal, living: list[Referral], firm: dict[int, int], met_at: datetime) -> Iterator[_Claim]:
    """Who claims the deal, the oldest first."""
    closed_at, is_sourced = _closed_at(deal), False
    for referral in sorted(living, key=lambda r: r.registered_at):
        is_late = closed_at is not None and referral.registered_at > closed_at
        if referral.deal_id is None:
            if firm[referral.company_id] != firm[deal.company_id] or is_late:
                continue
        elif referral.deal_id != deal.deal_id:
            continue
        has_run_out = deal.created_at >= referral.registered_at + IN_FORCE
        obstacle = None
        if referral.status.current in ("pending", "declined"):
            obstacle = "not_approved"
        elif met_at <= referral.registered_at:
            obstacle = "after_first_contact"
        elif has_run_out:
            obstacle = "expired"
        elif is_sourced:
            obstacle = "registered_later"
        else:
            is_sourced = True
        is_void = referral.status.current == "declined" or is_late or (has_run_out and referral.deal_id is None)
        yield _Claim(referral, obstacle, not is_void)


def _rivals(living: list[Referral], firm: dict[int, int]) -> set[int]:
    """Registrations beside which another partner's for the same organisation was in force."""
    return {
        one.referral_id
        for one in living
        for other in living
        if one.partner_id != other.partner_id
        and firm[one.company_id] == firm[other.company_id]
        and abs(one.registered_at - other.registered_at) < IN_FORCE
    }


def _roles(facts: Facts, crm: str, deal: Deal, claims: list[_Claim], rivals: set[int]) -> Iterator[PartnerRole]:
    partners = {claim.referral.partner_id for claim in claims} | ({deal.partner_id} if deal.partner_id else set())
    for partner_id in sorted(partners):
        own = [claim for claim in claims if claim.referral.partner_id == partner_id]
        at_work = [claim for claim in own if claim.counts]
        sourcing = [claim for claim in own if claim.obstacle is None]
        decisive = next(iter(sourcing or at_work or own), None)
        is_there = bool(at_work) or deal.partner_id == partner_id
        role = "sourced" if sourcing else "influenced" if is_there else "refused"
        contacts, since = 0, None
        if is_there:
            since = at_work[0].referral.registered_at if at_work else deal.created_at
            until = _closed_at(deal) or facts.as_of
            contacts = sum(
                done.deal_id == deal.deal_id
                and done.kind in CONTACT
                and done.direction != "incoming"
                and done.archived_at is None
                and since <= done.at <= until
                for done in facts.engagements
            )
        reason = "not_registered" if decisive is None else decisive.obstacle or "registered_first"
        is_contested = decisive is not None and decisive.referral.referral_id in rivals
        for name in (role, *(["co_sold"] if contacts else [])):
            yield PartnerRole(crm, deal.deal_id, partner_id, name, reason, is_contested, since, contacts)
