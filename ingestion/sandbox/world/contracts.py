"""Subscriptions from first day to last: billing periods, trials, pauses, renewals, cancellations, returns."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from ingestion.sandbox.facts import (
    BillingCustomer,
    Company,
    Discount,
    History,
    Subscription,
    SubscriptionItem,
)
from ingestion.sandbox.world import (
    changes,
    customers,
    deals,
    engagements,
    invoicing,
    plans,
    support,
)
from ingestion.sandbox.world.catalog import months_of, positions
from ingestion.sandbox.world.engine import (
    Plan,
    SubscriptionRun,
    World,
    add_months,
    later,
)

TRIAL_DAYS = 14


def start(world: World, company: Company, deal_id: int | None, plan: Plan, currency: str) -> None:
    """A contract begins now, with a trial or at once paid."""
    customer = customers.of_company(world, company, currency, deal_id)
    begin(world, company, customer, deal_id, plan)
    rng = world.rng("after start", company.company_id, deal_id)
    if rng.random() < 0.4:
        world.schedule(later(rng, world.now, 2, 30), invoicing.bill_services, customer, company)
    if rng.random() < 0.08:
        second = plans.draw(rng, company)
        world.schedule(later(rng, world.now, 60, 500), second_contract, company, customer, second)


def begin(
    world: World,
    company: Company,
    customer: BillingCustomer,
    deal_id: int | None,
    plan: Plan,
) -> SubscriptionRun:
    """Create the subscription of `plan` for `customer`."""
    subscription = Subscription(
        subscription_id=world.code("sub_"),
        customer_id=customer.customer_id,
        deal_id=deal_id,
        currency=customer.currency,
        interval=plan.interval,
        interval_count=plan.interval_count,
        created_at=world.now,
        items=[
            SubscriptionItem(world.code("si_"), History(world.now, (price.price_id, quantity)))
            for price, quantity in positions(world, plan, customer.currency)
        ],
        periods=[],
        updated_at=world.now,
    )
    if plan.percent_off:
        ends_at = add_months(world.now, plan.discount_months) if plan.discount_months else None
        coupon = f"{plan.percent_off}OFF" + (f"_{plan.discount_months}M" if ends_at else "_FOREVER")
        subscription.discounts.append(Discount(coupon, plan.percent_off, world.now, ends_at))
    months = months_of(plan.interval, plan.interval_count)
    run = SubscriptionRun(subscription, company.company_id, world.now, months)
    world.facts.subscriptions.append(subscription)
    world.subscription_runs[subscription.subscription_id] = run
    world.company_runs[company.company_id].append(run)
    rng = world.rng("contract", subscription.subscription_id)
    if plan.has_trial:
        run.anchor = subscription.trial_ends_at = world.now + timedelta(days=TRIAL_DAYS)
        subscription.periods.append((world.now, run.anchor))
        invoicing.bill_trial(world, run)
        if rng.random() < 0.3:
            world.schedule(later(rng, world.now, 3, 10), changes.request_cancellation, run)
    world.schedule(run.anchor, next_period, run)
    support.onboard(world, company)
    world.schedule(
        later(rng, world.now, 10, 40),
        engagements.check_in,
        company,
        world.people[customer.person_id],
        0,
    )
    return run


def next_period(world: World, run: SubscriptionRun) -> None:
    """A boundary is reached: the contract ends if that was asked for, else the next period is billed."""
    subscription = run.subscription
    if subscription.ended_at is not None:
        return
    if subscription.cancel_requested_at is not None:
        return end(world, run, "cancellation_requested")
    starts = world.now
    ends = add_months(run.anchor, (run.next_period + 1) * run.months)
    subscription.periods.append((starts, ends))
    subscription.updated_at = starts
    if run.pause_periods:
        run.paused_until = add_months(run.anchor, (run.next_period + run.pause_periods) * run.months)
        subscription.pauses.append((starts, run.paused_until))
        run.pause_periods = 0
    is_paused = run.paused_until is not None and starts < run.paused_until
    invoicing.bill_period(world, run, is_first=run.next_period == 0, is_paused=is_paused)
    run.next_period += 1
    world.schedule(ends, next_period, run)
    rng = world.rng("period", subscription.subscription_id, run.next_period)
    if not is_paused:
        changes.plan_period(world, run, starts, ends, rng)
    if run.months >= 6:
        world.schedule(later(rng, ends - timedelta(days=95), 0, 25), open_renewal, run, ends)


def open_renewal(world: World, run: SubscriptionRun, ends: datetime) -> None:
    """A renewal deal for a half-yearly or longer contract, closed before the period ends."""
    subscription = run.subscription
    company = world.companies[run.company_id]
    if subscription.ended_at is None and subscription.cancel_requested_at is None and company.archived_at is None:
        rng = world.rng("renewal", subscription.subscription_id, ends)
        plan = changes.plan_as_is(world, run)
        deals.create(
            world,
            company,
            plan,
            "renewal",
            rng,
            subscription_id=subscription.subscription_id,
            deadline=ends,
        )


def not_renewed(world: World, run: SubscriptionRun) -> None:
    """The renewal was lost: the customer cancels, effective when the paid period ends."""
    changes.request_cancellation(world, run)


def expand(world: World, run: SubscriptionRun, deal_id: int) -> None:
    """The upgrade that an expansion deal sold."""
    changes.upgrade(world, run, world.rng("expand", deal_id))


def second_contract(world: World, company: Company, customer: BillingCustomer, plan: Plan) -> None:
    """Another department of a paying customer takes a contract of its own."""
    if customer.deleted_at is None and any(
        r.subscription.ended_at is None for r in world.company_runs[company.company_id]
    ):
        begin(world, company, customer, None, plan)


def end(world: World, run: SubscriptionRun, reason: str) -> None:
    """Service stops now. Some customers come back, before or after ninety days."""
    subscription = run.subscription
    subscription.ended_at = subscription.updated_at = world.now
    subscription.end_reason = reason
    rng = world.rng("ended", subscription.subscription_id)
    never_paid = subscription.trial_ends_at is not None and world.now <= subscription.trial_ends_at
    if not never_paid and rng.random() < 0.24:
        gap = rng.choice((rng.uniform(4, 28), rng.uniform(30, 80), rng.uniform(100, 320)))
        world.schedule(later(rng, world.now, gap, gap + 4), come_back, run, rng)
    elif rng.random() < 0.06:
        world.schedule(later(rng, world.now, 60, 400), customers.delete, subscription.customer_id)


def come_back(world: World, old: SubscriptionRun, rng: Random) -> None:
    """The same customer takes a new contract, smaller or larger than the old one."""
    customer = world.customers[old.subscription.customer_id]
    company = world.companies[old.company_id]
    if customer.deleted_at is not None or company.archived_at is not None:
        return
    plan = changes.plan_as_is(world, old)
    plan.seats = max(0, round(plan.seats * rng.choice((0.6, 1.0, 1.0, 1.3))))
    begin(world, company, customer, None, plan)
