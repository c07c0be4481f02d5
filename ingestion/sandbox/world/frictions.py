"""How the frictions of `facts.FRICTIONS` come about; each leaves its record of whom it hit."""

from __future__ import annotations

from datetime import datetime, timedelta

from ingestion.sandbox.facts import Company, Deal, FrictionHit, Ticket
from ingestion.sandbox.world.engine import World, later, midnight

WHITE_PAPER = 3
"""The goal whose form nobody in the polaris unit reads."""


def is_unread(unit: str, form: int | None) -> bool:
    """Whether a form goes to no team, so that nobody will ever call."""
    return unit == "polaris" and form == WHITE_PAPER


def lose(world: World, company: Company) -> None:
    """A lead came in by such a form."""
    _record(world, FrictionHit("unrouted_form", world.now, company.company_id))


def routing_delay(world: World, company: Company) -> timedelta:
    """How much longer a lead waits for a seller: the queue of the meridian unit in Europe is emptied by hand."""
    if company.business_unit != "meridian" or company.region != "Europe":
        return timedelta(0)
    rng = world.rng("routing queue", company.company_id)
    minutes = rng.randint(28 * 60, 84 * 60)
    _record(world, FrictionHit("slow_routing", world.now, company.company_id, added_minutes=minutes))
    return timedelta(minutes=minutes)


def next_step(world: World, company: Company, deal: Deal, number: int, usual: datetime) -> datetime:
    """When a deal moves on: presentations of the polaris unit wait weeks for a technical consultant."""
    if company.business_unit != "polaris" or deal.stage.current != "presentationscheduled":
        return usual
    moment = later(world.rng("consultant", deal.deal_id, number), usual, 16, 34)
    minutes = int((moment - usual).total_seconds() // 60)
    _record(world, FrictionHit("stalled_presentation", world.now, company.company_id, deal.deal_id, None, minutes))
    return moment


def first_answer(world: World, ticket: Ticket, usual: datetime) -> datetime:
    """When the first answer comes: the polaris desk reads nothing from Friday afternoon to Monday morning."""
    asked = ticket.created_at
    is_weekend = asked.weekday() >= 5 or (asked.weekday() == 4 and asked.hour >= 15)
    if ticket.desk != "intercom" or not is_weekend:
        return usual
    monday = midnight(asked.date() + timedelta(days=7 - asked.weekday())) + timedelta(hours=8)
    moment = monday + timedelta(minutes=world.rng("monday", ticket.ticket_id).randint(5, 240))
    if moment <= usual:
        return usual
    minutes = int((moment - usual).total_seconds() // 60)
    _record(world, FrictionHit("silent_weekend", asked, ticket.company_id, None, ticket.ticket_id, minutes))
    return moment


def _record(world: World, hit: FrictionHit) -> None:
    world.facts.friction_hits.append(hit)
