"""Tickets: paying customers write, agents answer within the agreed time or not."""

from __future__ import annotations

from datetime import datetime, timedelta

from ingestion.sandbox.facts import Company, History, MetricEvent, Ticket, TicketComment
from ingestion.sandbox.world import frictions, staff, units
from ingestion.sandbox.world.engine import World, later

PRIORITIES = ("low", "normal", "high", "urgent")
TARGET_MINUTES = {"low": 2880, "normal": 1440, "high": 480, "urgent": 120}
"""Agreed time to the first answer."""
SUBJECTS = (
    "Scanner does not connect",
    "Question about the invoice",
    "Report shows the wrong stock",
    "Cannot log in",
    "How do I add a warehouse?",
    "Import stopped half-way",
    "Please add a user",
    "Label prints crooked",
)


def onboard(world: World, company: Company) -> None:
    """A new customer starts writing to support, most in the first weeks."""
    if company.company_id not in world.ticketing:
        world.ticketing.add(company.company_id)
        rng = world.rng("tickets", company.company_id)
        world.schedule(later(rng, world.now, 1, 25), write, company, 0)


def write(world: World, company: Company, number: int) -> None:
    """A ticket now, and the next one after a while; silent while the company has no contract."""
    rng = world.rng("ticket", company.company_id, number)
    mean = {"smb": 190, "mid_market": 140, "enterprise": 85}[company.segment]
    world.schedule(
        later(rng, world.now, 0.5, rng.expovariate(1 / mean) + 1),
        write,
        company,
        number + 1,
    )
    people = [p for p in world.company_people[company.company_id] if p.archived_at is None]
    runs = world.company_runs[company.company_id]
    if not people or not any(run.subscription.ended_at is None for run in runs):
        return
    requester = rng.choice(people)
    ticket = Ticket(
        ticket_id=world.new_id("ticket", 50001),
        company_id=company.company_id,
        requester_person_id=requester.person_id,
        subject=rng.choice(SUBJECTS),
        priority=rng.choices(PRIORITIES, (20, 52, 21, 7))[0],
        channel=rng.choices(("email", "web", "chat", "api"), (55, 25, 15, 5))[0],
        created_at=world.now,
        status=History(world.now, "new"),
        assignee=History(world.now, None),
        comments=[],
        metric_events=[],
        updated_at=world.now,
        desk=units.desk_of(world, company.business_unit, company.company_id),
    )
    world.facts.tickets.append(ticket)
    comment(world, ticket, requester.person_id, None)
    target = TARGET_MINUTES[ticket.priority]
    for metric in ("reply_time", "requester_wait_time"):
        event(world, ticket, metric, "activate")
        event(world, ticket, metric, "apply_sla", target)
    world.schedule(world.now + timedelta(minutes=rng.randint(1, 240)), assign, ticket)
    answer = world.now + timedelta(minutes=rng.lognormvariate(0, 0.9) * target * 0.3 + 3)
    answer = frictions.first_answer(world, ticket, answer)
    breach = world.now + timedelta(minutes=target)
    world.schedule(answer, reply, ticket, 0)
    if answer > breach:
        world.schedule(breach, event, ticket, "reply_time", "breach", target)


def assign(world: World, ticket: Ticket) -> None:
    """An agent takes the ticket."""
    if ticket.assignee.current is None and ticket.deleted_at is None:
        unit = "polaris" if ticket.desk == "intercom" else "northwind"
        ticket.assignee.set(world.now, staff.member_of(world, "Support", ticket.ticket_id, unit=unit))
        ticket.status.set(world.now, "open")
        ticket.updated_at = world.now
        event(world, ticket, "agent_work_time", "activate")


def comment(
    world: World,
    ticket: Ticket,
    person_id: int | None,
    owner_id: int | None,
    is_public: bool = True,
) -> None:
    """Somebody writes."""
    body = (
        ticket.subject
        if person_id
        else ("Thank you for writing, here is what to do." if is_public else "Checked logs.")
    )
    ticket.comments.append(
        TicketComment(
            world.new_id("comment", 700001),
            person_id,
            owner_id,
            world.now,
            is_public,
            body,
        )
    )
    ticket.updated_at = world.now


def event(world: World, ticket: Ticket, metric: str, kind: str, target: int | None = None) -> None:
    """A metric event; none after the ticket was deleted."""
    if ticket.deleted_at is None:
        event_id = world.new_id("metric event", 900001)
        ticket.metric_events.append(MetricEvent(event_id, ticket.ticket_id, metric, kind, world.now, target))
        ticket.updated_at = world.now


def reply(world: World, ticket: Ticket, turn: int) -> None:
    """The agent answers; the customer asks again, or the ticket is solved."""
    if ticket.deleted_at is not None:
        return
    rng = world.rng("reply", ticket.ticket_id, turn)
    if ticket.assignee.current is None:
        assign(world, ticket)
    agent = ticket.assignee.current
    if rng.random() < 0.2:
        comment(world, ticket, None, agent, is_public=False)
    comment(world, ticket, None, agent)
    if turn == 0:
        event(world, ticket, "reply_time", "fulfill")
        if rng.random() < 0.012:
            world.schedule(later(rng, world.now, 0, 3), delete, ticket)
    if rng.random() < 0.45 and turn < 4:
        ticket.status.set(world.now, "pending")
        event(world, ticket, "agent_work_time", "update_status")
        asked = world.now + timedelta(minutes=rng.randint(20, 3000))
        world.schedule(asked, ask_again, ticket)
        world.schedule(asked + timedelta(minutes=rng.randint(10, 1500)), reply, ticket, turn + 1)
    else:
        world.schedule(world.now + timedelta(minutes=rng.randint(2, 600)), solve, ticket)


def ask_again(world: World, ticket: Ticket) -> None:
    """The customer writes back."""
    if ticket.deleted_at is None:
        comment(world, ticket, ticket.requester_person_id, None)
        ticket.status.set(world.now, "open")


def solve(world: World, ticket: Ticket) -> None:
    """Solved; closed four days later; a quarter of customers say how they liked it."""
    if ticket.deleted_at is not None:
        return
    rng = world.rng("solve", ticket.ticket_id)
    ticket.status.set(world.now, "solved")
    for metric in ("requester_wait_time", "agent_work_time"):
        event(world, ticket, metric, "fulfill")
    world.schedule(world.now + timedelta(days=4), close, ticket)
    if rng.random() < 0.25:
        has_breach = any(e.type == "breach" for e in ticket.metric_events)
        score = "bad" if rng.random() < (0.45 if has_breach else 0.1) else "good"
        rated: datetime = world.now + timedelta(minutes=rng.randint(30, 4000))
        world.schedule(rated, rate, ticket, score, "Slow answer." if score == "bad" else None)


def rate(world: World, ticket: Ticket, score: str, text: str | None) -> None:
    """The customer rates the help."""
    if ticket.deleted_at is None:
        ticket.satisfaction_score, ticket.satisfaction_comment = score, text
        if ticket.desk == "intercom":
            ticket.rating = stars(world, ticket.ticket_id, score)
        ticket.satisfaction_id = world.new_id("satisfaction", 60001)
        ticket.satisfaction_at = ticket.updated_at = world.now


def stars(world: World, ticket_id: int, score: str) -> int:
    """The same opinion from 1 to 5."""
    rng = world.rng("stars", ticket_id)
    return rng.choice((1, 1, 2, 3)) if score == "bad" else rng.choice((4, 5, 5, 5))


def close(world: World, ticket: Ticket) -> None:
    """Solved tickets close by themselves."""
    if ticket.deleted_at is None:
        ticket.status.set(world.now, "closed")
        ticket.updated_at = world.now


def delete(world: World, ticket: Ticket) -> None:
    """An agent deletes the ticket."""
    ticket.deleted_at = ticket.updated_at = world.now
