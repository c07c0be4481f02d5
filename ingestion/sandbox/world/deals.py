"""A deal from creation to close and back: steps between stages, slipping dates, changing amounts, reopening."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from ingestion.sandbox.facts import DEAL_STAGES, Company, Deal, History
from ingestion.sandbox.world import (
    buyers,
    contracts,
    engagements,
    events,
    frictions,
    orders,
    partners,
    plans,
    staff,
    units,
)
from ingestion.sandbox.world.catalog import deal_lines, plan_amount
from ingestion.sandbox.world.engine import DealRun, Plan, World, later

STAGES = tuple(stage for stage, _, _ in DEAL_STAGES)
OPEN_STAGES = STAGES[:5]
LOSS_RISK = {"expansion": 0.035, "renewal": 0.012}
"""Chance to lose at a step; the default is that of new business."""
LOSS_REASONS = (
    "Price",
    "Competitor",
    "No decision",
    "Missing feature",
    "Budget cut",
    "Bad timing",
)


def open_new_business(world: World, company: Company, attempt: int) -> Deal:
    """A seller opens a deal on a company; one in seven is for goods, one in sixty for a free pilot."""
    rng = world.rng("new business", company.company_id, attempt)
    plan = plans.draw(rng, company)
    is_closed = rng.random() < 0.04
    run = create(
        world,
        company,
        plan,
        "goods" if plan.kind == "goods" else "new",
        rng,
        is_closed=is_closed,
    )
    if rng.random() < 0.02 and not is_closed:
        twin = create(world, company, plan, "twin", rng, is_closed=False)
        world.schedule(later(rng, world.now, 3, 30), merge, twin, run)
    if is_closed:
        (win if rng.random() < 0.5 else lose)(world, run)
    return run.deal


def create(
    world: World, company: Company, plan: Plan, purpose: str, rng: Random, is_closed: bool = False,
    subscription_id: str | None = None, deadline: datetime | None = None,
) -> DealRun:  # fmt: skip
    """Open a deal now; its first step follows in some days unless it is entered already closed."""
    owner = company.owner.current
    if world.owners[owner].team == "Marketing":
        owner = staff.member_of(world, company.region, "deal", company.company_id, unit=company.business_unit)
    titles = {"expansion": "Expansion", "renewal": "Renewal", "goods": "Equipment"}
    types = {"expansion": "existingbusiness", "renewal": "renewal"}
    people = [
        p
        for p in world.company_people[company.company_id]
        if p.contact_created_at is not None and p.archived_at is None
    ]
    closes = (deadline or world.now + timedelta(days=rng.randint(25, 110))).date()
    campaign = None
    if company.acquisition_channel == "paid_search" and world.campaigns and rng.random() < 0.7:
        campaign = rng.choice(world.campaigns).campaign_id
    elif company.acquisition_channel == "organic_social" and world.social_campaigns:
        campaign = world.rng("social deal", company.company_id).choice(world.social_campaigns).campaign_id
    deal = Deal(
        deal_id=world.new_id("deal", 7001),
        name=f"{company.name} - {titles.get(purpose, 'New')} {world.now:%b %Y}",
        company_id=company.company_id,
        person_ids=[p.person_id for p in rng.sample(people, min(len(people), rng.choice((1, 1, 2, 3))))],
        created_at=world.now,
        deal_type=types.get(purpose, "newbusiness"),
        currency=History(world.now, company.currency),
        amount=History(world.now, plan_amount(world, plan, company.currency)),
        stage=History(world.now, OPEN_STAGES[rng.choice((0, 0, 0, 0, 1))]),
        close_date=History(world.now, closes),
        owner=History(world.now, owner),
        updated_at=world.now,
        campaign_id=campaign,
        crm_campaign_id=events.campaign_behind(world, company),
    )
    deal.lines = History(world.now, deal_lines(world, deal, plan))
    if is_closed:
        deal.stage = History(world.now, "closedlost")
        deal.close_date = History(world.now, world.now.date())
    run = DealRun(deal, plan, purpose, subscription_id, deadline=deadline)
    world.deal_runs[deal.deal_id] = run
    world.unit_deals[company.business_unit].append(run)
    world.facts.deals.append(deal)
    if purpose in ("new", "goods"):
        partners.credit(world, company, deal, rng)
    if not is_closed:
        world.schedule(later(rng, world.now, 2, 12), step, run)
        engagements.work_on_deal(world, company, deal, 0)
    return run


def is_open(deal: Deal) -> bool:
    """Neither closed nor deleted."""
    return deal.stage.current in OPEN_STAGES and deal.archived_at is None


def step(world: World, run: DealRun) -> None:
    """One thing, or several, happen to an open deal; another step follows while it stays open."""
    deal = run.deal
    company = world.companies[deal.company_id]
    if not is_open(deal):
        return
    run.step += 1
    rng = world.rng("deal", deal.deal_id, run.step)
    engagements.work_on_deal(world, company, deal, run.step)
    if rng.random() < 0.005:
        deal.archived_at = deal.updated_at = world.now
        return
    if run.deadline is not None:
        contract = world.subscription_runs[run.subscription_id or ""].subscription
        if contract.ended_at is not None or contract.cancel_requested_at is not None:
            return lose(world, run)
        if world.now >= run.deadline - timedelta(days=14):
            return lose(world, run) if rng.random() < 0.12 else win(world, run)
    _revise(world, run, rng)
    at = OPEN_STAGES.index(deal.stage.current)
    move = rng.random()
    if move < LOSS_RISK.get(run.purpose, 0.105):
        return lose(world, run)
    if at == 4 and move < 0.62 and run.deadline is None:
        return win(world, run)
    if move < 0.13:
        at = max(0, at - 1)
    elif move < 0.21:
        at = min(4, at + 2)
    elif move < 0.82:
        at = min(4, at + 1)
    _set_stage(world, deal, OPEN_STAGES[at])
    usual = later(rng, world.now, 3, 17)
    world.schedule(frictions.next_step(world, company, deal, run.step, usual), step, run)


def _set_stage(world: World, deal: Deal, stage: str) -> None:
    if stage != deal.stage.current:
        deal.stage.set(world.now, stage)
        deal.updated_at = world.now


def _reprice(world: World, run: DealRun) -> None:
    """The amount of the plan as it stands, with the lines that add up to it."""
    deal = run.deal
    deal.amount.set(world.now, plan_amount(world, run.plan, deal.currency.current))
    if deal.lines is not None:
        deal.lines.set(world.now, deal_lines(world, deal, run.plan))
    deal.updated_at = world.now


def _revise(world: World, run: DealRun, rng: Random) -> None:
    """The buyer wants more or less, pays in another currency, or cannot sign in time."""
    deal, plan = run.deal, run.plan
    roll = rng.random()
    if roll < 0.16 and plan.kind == "subscription":
        plan.seats = max(1, round(plan.seats * rng.choice((0.5, 0.7, 0.85, 1.2, 1.4, 1.8))))
        _reprice(world, run)
    elif roll < 0.18 and run.purpose == "new":
        currency = rng.choice([c for c in ("USD", "EUR", "GBP") if c != deal.currency.current])
        deal.currency.set(world.now, currency)
        _reprice(world, run)
    if run.deadline is None and (world.now.date() >= deal.close_date.current or rng.random() < 0.12):
        base = max(world.now.date(), deal.close_date.current)
        deal.close_date.set(world.now, base + timedelta(days=rng.randint(7, 45)))
        deal.updated_at = world.now
    elif run.deadline is None and rng.random() < 0.04 and deal.close_date.current > world.now.date():
        nearer = deal.close_date.current - timedelta(days=rng.randint(5, 30))
        deal.close_date.set(world.now, max(world.now.date(), nearer))
        deal.updated_at = world.now


def win(world: World, run: DealRun) -> None:
    """Closed won, today. What was sold follows within ten days."""
    deal = run.deal
    rng = world.rng("won", deal.deal_id, run.step)
    deal.loss_reason = None
    if run.plan.kind == "pilot":
        deal.amount.set(world.now, 0)
    deal.stage.set(world.now, "closedwon")
    deal.close_date.set(world.now, world.now.date())
    deal.updated_at = world.now
    partners.deal_closed(world, deal)
    buyers.promote(world, world.companies[deal.company_id], "customer")
    if rng.random() < 0.015 and run.deadline is None:
        return world.schedule(later(rng, world.now, 1, 3), reopen, run)
    if rng.random() < 0.01:
        world.schedule(later(rng, world.now, 30, 300), archive, deal)
    if not run.is_fulfilled:
        run.is_fulfilled = True
        world.schedule(plans.start_of_service(rng, world.now), fulfil, run)


def fulfil(world: World, run: DealRun) -> None:
    """Deliver what the deal sold: a contract, an upgrade, goods, or (renewal, pilot) nothing new."""
    company = world.companies[run.deal.company_id]
    if run.purpose == "expansion":
        contracts.expand(world, world.subscription_runs[run.subscription_id or ""], run.deal.deal_id)
    elif run.plan.kind == "goods":
        orders.first_order(world, company, run.deal, run.plan)
    elif run.plan.kind == "subscription" and run.purpose == "new":
        contracts.start(world, company, run.deal.deal_id, run.plan, run.deal.currency.current)


def lose(world: World, run: DealRun) -> None:
    """Closed lost, today, with a reason. Some lost deals are reopened, some companies asked again later."""
    deal = run.deal
    rng = world.rng("lost", deal.deal_id, run.step)
    deal.loss_reason = rng.choice(LOSS_REASONS)
    deal.stage.set(world.now, "closedlost")
    deal.close_date.set(world.now, world.now.date())
    deal.updated_at = world.now
    partners.deal_closed(world, deal)
    if run.purpose == "renewal":
        return contracts.not_renewed(world, world.subscription_runs[run.subscription_id or ""])
    if run.purpose == "expansion":
        return
    if rng.random() < 0.09:
        world.schedule(later(rng, world.now, 8, 60), reopen, run)
    elif rng.random() < 0.85 and run.purpose != "twin":
        again = later(rng, world.now, 50, 200)
        world.schedule(
            again,
            buyers.open_first_deal,
            world.companies[deal.company_id],
            deal.deal_id,
        )
    if rng.random() < 0.03:
        world.schedule(later(rng, world.now, 70, 300), archive, deal)


def reopen(world: World, run: DealRun) -> None:
    """A closed deal comes back to life at an earlier stage with a new close date."""
    deal = run.deal
    if deal.archived_at is not None:
        return
    rng = world.rng("reopen", deal.deal_id, run.step)
    deal.loss_reason = None
    deal.stage.set(world.now, rng.choice(OPEN_STAGES[1:4]))
    deal.close_date.set(world.now, world.now.date() + timedelta(days=rng.randint(20, 70)))
    deal.updated_at = world.now
    world.schedule(later(rng, world.now, 2, 12), step, run)


def archive(world: World, deal: Deal) -> None:
    """A clerk deletes the deal."""
    if deal.archived_at is None:
        deal.archived_at = deal.updated_at = world.now


def merge(world: World, twin: DealRun, original: DealRun) -> None:
    """Two sellers had the same deal: the second record is merged into the first, or deleted where that cannot be."""
    if original.deal.archived_at is None and is_open(twin.deal):
        twin.deal.archived_at = twin.deal.updated_at = world.now
        if not units.has_leads(world.companies[twin.deal.company_id].business_unit):
            twin.deal.merged_into = original.deal.deal_id
            original.deal.updated_at = world.now
