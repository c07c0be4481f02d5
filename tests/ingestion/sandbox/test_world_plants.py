"""What is planted for the warehouse to find: who is who, where the company is slow, and what it costs to run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

import pytest

from ingestion.sandbox.facts import FRICTIONS, Facts, unit_of
from ingestion.sandbox.truth import friction_sizes, humans, identities, organisations
from ingestion.sandbox.world import simulate


@pytest.fixture(scope="module")
def world() -> Facts:
    return simulate(date(2026, 6, 30))


# ── who is who ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_record_is_somebody_or_marked(world: Facts) -> None:
    found = identities(world)
    records = Counter((item.source, item.kind, item.record) for item in found)
    assert max(records.values()) == 1
    assert {item.source for item in found} == {
        "hubspot", "salesforce", "dynamics", "stripe", "postgres_orders", "shopify", "mailchimp", "matomo", "ga4",
        "zendesk", "intercom", "partnerstack",
    }  # fmt: skip
    tests = {str(person.person_id) for person in world.people if person.is_test_record}
    for item in found:
        if item.kind in ("contact", "requester", "order", "referral"):
            assert (item.human is None) == (item.kind == "contact" and item.record in tests)
        assert item.kind != "account" or item.organisation is not None


def test_identity_is_full_of_traps(world: Facts) -> None:
    who, firm, units = humans(world), organisations(world), unit_of(world)
    people = {person.person_id: person for person in world.people}
    records: dict[int, list[Any]] = defaultdict(list)
    for person in world.people:
        records[who[person.person_id]].append(person)
    firms: dict[int, set[str]] = defaultdict(set)
    for company in world.companies:
        firms[firm[company.company_id]].add(company.business_unit)
    several = [group for group in records.values() if len(group) > 1]
    traps: dict[str, Iterable[Any]] = {
        "a human in two CRMs": [g for g in several if len({units[p.company_id] for p in g}) > 1],
        "under one address": [g for g in several if len({p.email for p in g}) < len(g)],
        "under two addresses": [g for g in several if len({p.email for p in g}) > 1],
        "in two scripts": [
            g for g in several if any(not p.last_name.isascii() for p in g) and any(p.last_name.isascii() for p in g)
        ],
        "at two employers": [g for g in several if len({firm[p.company_id] for p in g}) > 1],
        "an organisation in two CRMs": [unit for unit in firms.values() if len(unit) > 1],
        "a duplicate nobody merged": [c for c in world.companies if c.same_company_as and not c.merged_into],
        "billed as a holding": [c for c in world.billing_customers if c.is_subsidiary],
        "a holding nobody linked": [c for c in world.billing_customers if c.is_subsidiary and len(c.metadata) == 0],
        "a device of two people": [i for i in identities(world) if i.kind == "visitor" and i.is_ambiguous],
        "a shared inbox": [i for i in identities(world) if i.kind == "contact" and i.is_ambiguous],
        "a free-mail address": [p for p in world.people if p.email.endswith("@gmail.com")],
        "another spelling in a list": [
            m for m in world.audience_members if m.last_name != people[m.person_id].last_name
        ],
    }
    assert not [name for name, cases in traps.items() if not list(cases)]
    assert all(firm[c.company_id] <= c.company_id and firm[firm[c.company_id]] == firm[c.company_id]
               for c in world.companies)  # fmt: skip


# ── frictions ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_frictions_hit_whom_they_are_meant_to_hit(world: Facts) -> None:
    sizes = friction_sizes(world)
    assert [size.friction for size in sizes] == list(FRICTIONS) and sum(s.hits for s in sizes) == len(
        world.friction_hits
    )
    units, regions = unit_of(world), {company.company_id: company.region for company in world.companies}
    planted = {friction.code: friction for friction in FRICTIONS}
    for hit in world.friction_hits:
        friction = planted[hit.code]
        assert units[hit.company_id] == friction.business_unit
        assert (hit.added_minutes is None) == (friction.kind == "loss") and (hit.added_minutes or 1) > 0
        assert hit.code != "slow_routing" or regions[hit.company_id] == "Europe"


def stays(world: Facts, stage: str, unit: str) -> list[timedelta]:
    """How long deals of a unit stayed in a stage that they have left."""
    units, found = unit_of(world), []
    for deal in world.deals:
        if units[deal.company_id] == unit:
            changes = list(deal.stage)
            found += [after[0] - at for (at, name), after in pairwise(changes) if name == stage]
    return found


def waits(world: Facts, unit: str, region: str) -> list[timedelta]:
    """How long companies of a unit waited for a seller."""
    chosen = [c for c in world.companies if c.business_unit == unit and c.region == region and not c.same_company_as]
    owners = [list(company.owner) for company in chosen]
    return [changes[1][0] - changes[0][0] for changes in owners if len(changes) > 1]


def first_answers(world: Facts, desk: str, is_weekend: bool) -> list[timedelta]:
    found = []
    for ticket in world.tickets:
        asked: datetime = ticket.created_at
        late = asked.weekday() >= 5 or (asked.weekday() == 4 and asked.hour >= 15)
        answers = [comment.at for comment in ticket.comments if comment.author_owner_id and comment.is_public]
        if ticket.desk == desk and late == is_weekend and answers:
            found.append(answers[0] - asked)
    return found


def test_frictions_show_in_the_records(world: Facts) -> None:
    stage = "presentationscheduled"
    assert median(stays(world, stage, "polaris")) > 2 * median(stays(world, stage, "northwind"))
    assert median(stays(world, "qualifiedtobuy", "polaris")) < 1.6 * median(stays(world, "qualifiedtobuy", "northwind"))
    assert median(waits(world, "meridian", "Europe")) > timedelta(days=1)
    assert median(waits(world, "meridian", "North America")) < timedelta(hours=6)
    assert median(first_answers(world, "intercom", True)) > 2 * median(first_answers(world, "zendesk", True))
    assert median(first_answers(world, "intercom", False)) < 2 * median(first_answers(world, "zendesk", False))
    units = unit_of(world)
    papers = [lead for lead in world.leads if lead.form == "White paper"]
    unread = [lead for lead in papers if units[lead.company_id] == "polaris"]
    marketing = {owner.owner_id for owner in world.owners if owner.team == "Marketing"}
    assert unread and {owner for lead in unread for _, owner in lead.owner} <= marketing
    assert not any(lead.converted_at for lead in unread)
    assert any(lead.converted_at for lead in papers)


# ── costs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_month_that_is_over_is_booked_once(world: Facts) -> None:
    keys = Counter((c.month, c.business_unit, c.team, c.cost_type) for c in world.operating_costs)
    assert set(keys.values()) == {1}
    months = {cost.month for cost in world.operating_costs}
    assert min(months) == world.starts_on and max(months) == date(2026, 5, 1) and len(months) == 41
    assert all(cost.amount > 0 and cost.booked_at.day == 3 for cost in world.operating_costs)
    assert {cost.team for cost in world.operating_costs if cost.cost_type == "agencies"} == {"Marketing"}


def test_salaries_follow_the_people(world: Facts) -> None:
    """A team that nobody joined or left in a month costs a whole head for each of its people, at the world's scale."""
    for cost in world.operating_costs:
        if cost.cost_type != "tools":
            continue
        end = (cost.month + timedelta(days=31)).replace(day=1)
        team = [o for o in world.owners if o.business_unit == cost.business_unit and o.team == cost.team]
        present = [o for o in team if o.hired_at.date() < end and (not o.left_at or o.left_at.date() > cost.month)]
        changed = [o for o in present if o.hired_at.date() > cost.month or (o.left_at and o.left_at.date() < end)]
        if not changed:
            assert cost.amount == round(len(present) * 310_00 * world.scale)
