"""Partners who bring business: some register a lead before anybody called it, some after, some both claim it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

from ingestion.sandbox.facts import (
    Company,
    Deal,
    History,
    Partner,
    Person,
    Referral,
    Reward,
)
from ingestion.sandbox.world.engine import World, later
from ingestion.sandbox.world.names import FIRM_FIRST

GROUPS = ("reseller", "referral", "technology")
COMMISSION_PERCENT = {"reseller": 20, "referral": 10, "technology": 5}


def open_programme(world: World) -> None:
    """A third of the partners are there on the first day; the others join over three years."""
    number = max(3, round(25 * world.scale))
    for index in range(number):
        rng = world.rng("partner", index)
        start = datetime(2023, 1, 2, 9, tzinfo=UTC)
        at = start if index * 3 < number else start + timedelta(days=int(1100 * (index / number) ** 1.5))
        world.schedule(later(rng, at, 0, 10), join, index)


def join(world: World, index: int) -> None:
    """A partner signs up; few leave again."""
    rng = world.rng("partner", index, "profile")
    name = (
        f"{FIRM_FIRST[index * 7 % len(FIRM_FIRST)]} {rng.choice(('Partners', 'Consulting', 'Integrators', 'Resale'))}"
    )
    partner = Partner(
        partner_id=world.new_id("partner", 301),
        key=world.code("part_"),
        name=name,
        email=f"hello@{name.lower().replace(' ', '-')}-{index}.example",
        group=GROUPS[index % 3],
        joined_at=world.now,
        updated_at=world.now,
    )
    world.partners.append(partner)
    world.facts.partners.append(partner)
    if rng.random() < 0.15:
        world.schedule(later(rng, world.now, 200, 900), leave, partner)


def leave(world: World, partner: Partner) -> None:
    """A partner ends the agreement."""
    partner.left_at = partner.updated_at = world.now


def active(world: World) -> list[Partner]:
    return [partner for partner in world.partners if partner.left_at is None]


def register(
    world: World,
    company: Company,
    person: Person,
    deal: Deal | None,
    partner: Partner | None = None,
) -> Referral | None:
    """A partner registers a lead or a deal; it is approved or declined within two weeks."""
    candidates = active(world)
    if not candidates or company.archived_at is not None:
        return None
    referral_id = world.new_id("referral", 601)
    rng = world.rng("referral", referral_id)
    partner = partner or rng.choice(candidates)
    referral = Referral(
        referral_id=referral_id,
        key=world.code("ref_"),
        partner_id=partner.partner_id,
        company_id=company.company_id,
        person_id=person.person_id,
        deal_id=deal.deal_id if deal else None,
        registered_at=world.now,
        amount=deal.amount.current if deal else 0,
        currency=deal.currency.current if deal else company.currency,
        status=History(world.now, "pending"),
        updated_at=world.now,
    )
    world.facts.referrals.append(referral)
    world.company_referrals[company.company_id].append(referral)
    if deal:
        world.deal_referrals[deal.deal_id].append(referral)
    world.schedule(later(rng, world.now, 1, 14), decide, referral, rng.random() < 0.85)
    if rng.random() < 0.08 and len(candidates) > 1:
        rival = rng.choice([other for other in candidates if other is not partner])
        world.schedule(later(rng, world.now, 1, 30), register, company, person, deal, rival)
    if rng.random() < 0.03:
        world.schedule(later(rng, world.now, 100, 400), archive, referral)
    return referral


def decide(world: World, referral: Referral, is_approved: bool) -> None:
    """The partner manager approves or declines; of two claims on a company only the first is approved."""
    earlier = [
        other
        for other in world.company_referrals[referral.company_id]
        if other.partner_id != referral.partner_id and other.status.current in ("approved", "closed_won")
    ]
    if referral.status.current == "pending":
        _set(world, referral, "approved" if is_approved and not earlier else "declined")


def _set(world: World, referral: Referral, status: str) -> None:
    referral.status.set(world.now, status)
    referral.updated_at = world.now


def credit(world: World, company: Company, deal: Deal, rng: Random) -> None:
    """Tie a new deal to the company's referral, or let a partner register it late."""
    known = [r for r in world.company_referrals[company.company_id] if r.status.current in ("pending", "approved")]
    if known:
        referral = known[0]
        deal.partner_id = referral.partner_id
        if referral.deal_id is None:
            referral.deal_id, referral.amount = deal.deal_id, deal.amount.current
            referral.currency = deal.currency.current
            referral.updated_at = world.now
            world.deal_referrals[deal.deal_id].append(referral)
    elif rng.random() < 0.22 and deal.person_ids:
        person = world.people[deal.person_ids[0]]
        world.schedule(later(rng, world.now, 1, 60), register_late, company, person, deal)


def register_late(world: World, company: Company, person: Person, deal: Deal) -> None:
    """A partner registers a deal that the company has been working on already."""
    if deal.archived_at is None and deal.stage.current not in (
        "closedwon",
        "closedlost",
    ):
        referral = register(world, company, person, deal)
        if referral and world.rng("credited", referral.referral_id).random() < 0.6:
            deal.partner_id = referral.partner_id
            deal.updated_at = world.now


def deal_closed(world: World, deal: Deal) -> None:
    """Referrals follow their deal; a won one earns the partner a commission."""
    is_won = deal.stage.current == "closedwon"
    for referral in world.deal_referrals[deal.deal_id]:
        if referral.status.current in ("declined", "closed_won") or referral.archived_at is not None:
            continue
        _set(world, referral, "closed_won" if is_won else "closed_lost")
        if is_won:
            referral.amount, referral.currency = (
                deal.amount.current,
                deal.currency.current,
            )
            earn(world, referral, 0)


def earn(world: World, referral: Referral, year: int) -> None:
    """The commission of a year, for up to three years; paid about a month later, a few declined."""
    partner = next(p for p in world.partners if p.partner_id == referral.partner_id)
    if partner.left_at is not None or referral.archived_at is not None:
        return
    reward_id = world.new_id("reward", 801)
    rng = world.rng("reward", reward_id)
    reward = Reward(
        reward_id=reward_id,
        key=world.code("rwrd_"),
        partner_id=partner.partner_id,
        referral_id=referral.referral_id,
        amount=referral.amount * COMMISSION_PERCENT[partner.group] // 100 // (1 if year == 0 else 2),
        currency=referral.currency,
        earned_at=world.now,
        status=History(world.now, "pending"),
        updated_at=world.now,
    )
    world.facts.rewards.append(reward)
    approved = later(rng, world.now, 3, 20)
    if rng.random() < 0.06:
        world.schedule(approved, settle, reward, "declined")
    else:
        world.schedule(approved, settle, reward, "approved")
        world.schedule(later(rng, approved, 10, 40), settle, reward, "paid")
    if year < 2:
        world.schedule(later(rng, world.now, 365, 372), earn, referral, year + 1)


def settle(world: World, reward: Reward, status: str) -> None:
    """The next status of a commission."""
    reward.status.set(world.now, status)
    reward.updated_at = world.now


def archive(world: World, referral: Referral) -> None:
    """The record is archived in the partner system."""
    referral.archived_at = referral.updated_at = world.now


def tick(world: World, day: date) -> None:
    """Partners also register leads on companies they meet; many of these were in the CRM already."""
    rng = world.rng("partner leads", day)
    if rng.random() < 0.05 * world.scale and day.weekday() < 5 and world.companies:
        company = rng.choice(list(world.companies.values()))
        people = world.company_people[company.company_id]
        if people:
            world.schedule(later(rng, world.now, 0, 0.5), register, company, people[0], None)
