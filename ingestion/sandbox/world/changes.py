"""Contracts that change between two bills: more or fewer seats, other packages, pauses, discounts, farewells."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from ingestion.sandbox.facts import Discount, History, SubscriptionItem
from ingestion.sandbox.world import contracts, deals, invoicing, payments
from ingestion.sandbox.world.catalog import PLATFORMS, SUPPORTS, price_of
from ingestion.sandbox.world.engine import (
    Plan,
    SubscriptionRun,
    World,
    add_months,
    later,
    round_half_up,
)

MONTHLY_CHANCES = (
    # what may happen in a month of service, and how likely
    ("expansion_deal", 0.085),
    ("upgrade", 0.02),
    ("downgrade", 0.013),
    ("add_item", 0.008),
    ("remove_item", 0.006),
    ("change_package", 0.006),
    ("discount", 0.004),
)


def plan_period(world: World, run: SubscriptionRun, starts: datetime, ends: datetime, rng: Random) -> None:
    """Draw what will happen within the period that begins; each thing checks again when its time comes."""
    span = (ends - starts).total_seconds()

    def moment(low: float = 0.04, high: float = 0.95) -> datetime:
        return starts + timedelta(seconds=int(span * rng.uniform(low, high)))

    if run.next_period == 1 and rng.random() < 0.025:
        world.schedule(starts + timedelta(days=rng.randint(3, 13), hours=3), withdraw, run)
    if run.months < 6 and rng.random() < 0.0105 * run.months:
        world.schedule(moment(), request_cancellation, run)
    if run.months <= 3 and rng.random() < 0.009 * run.months:
        world.schedule(moment(), ask_for_pause, run, rng.choice((1, 1, 2, 3)))
    actions = {
        "expansion_deal": open_expansion,
        "upgrade": upgrade,
        "downgrade": downgrade,
        "add_item": add_item,
        "remove_item": remove_item,
        "change_package": change_package,
        "discount": grant_discount,
    }
    for name, chance in MONTHLY_CHANCES:
        if rng.random() < min(0.5, chance * run.months):
            # Sellers keep office hours, customers who help themselves do not.
            at = later(rng, moment(), 0, 0) if name == "expansion_deal" else moment()
            world.schedule(
                at,
                actions[name],
                run,
                world.rng(name, run.subscription.subscription_id, at),
            )


def can_change(world: World, run: SubscriptionRun) -> bool:
    """Well inside a running, paid, unpaused period of a contract that nobody has cancelled."""
    subscription = run.subscription
    if subscription.ended_at is not None or subscription.cancel_requested_at is not None or not subscription.periods:
        return False
    if run.next_period == 0 or (run.paused_until is not None and world.now < run.paused_until):
        return False
    starts, ends = subscription.periods[-1]
    return starts + timedelta(hours=1) < world.now < ends - timedelta(hours=1)


def item_of(world: World, run: SubscriptionRun, family: str) -> SubscriptionItem | None:
    """The living position whose product id starts with `prod_<family>`."""
    for item in run.subscription.items:
        price_id, quantity = item.terms.current
        if quantity and world.prices[price_id].product_id.startswith(f"prod_{family}"):
            return item
    return None


def set_terms(world: World, run: SubscriptionRun, changes: list[tuple[SubscriptionItem, str, int]]) -> None:
    """Put new (price, quantity) in force now and bill the difference for the rest of the period.

    For each position: a credit for the unused time of the old terms, a charge for the same time at the new ones,
    both second-exact and rounded half up. Quantity 0 on either side leaves out that line.
    """
    subscription = run.subscription
    customer = world.customers[subscription.customer_id]
    starts, ends = subscription.periods[-1]
    left, whole = (
        int((ends - world.now).total_seconds()),
        int((ends - starts).total_seconds()),
    )
    off = invoicing.percent_off(subscription, world.now)
    lines = []
    for item, price_id, quantity in changes:
        old_price_id, old_quantity = item.terms.current if item in subscription.items else (price_id, 0)
        for sign, price, number, words in (
            (-1, old_price_id, old_quantity, "Unused time on"),
            (1, price_id, quantity, "Remaining time on"),
        ):
            if number:
                amount = sign * round_half_up(world.prices[price].unit_amount * number * left, whole)
                text = f"{words} {number} × {price.removeprefix('price_')}"
                lines.append(
                    invoicing.line(
                        world,
                        customer,
                        price,
                        number,
                        amount,
                        off,
                        (world.now, ends),
                        text,
                        item.item_id,
                        True,
                    )
                )
        if item in subscription.items:
            item.terms.set(world.now, (price_id, quantity))
        else:
            subscription.items.append(item)
    subscription.updated_at = world.now
    payments.collect(world, invoicing.issue(world, customer, lines, "subscription_update", run), run)


def upgrade(world: World, run: SubscriptionRun, rng: Random) -> None:
    """More seats."""
    item = item_of(world, run, "seats")
    if can_change(world, run) and item:
        price_id, quantity = item.terms.current
        set_terms(
            world,
            run,
            [
                (
                    item,
                    price_id,
                    quantity + max(1, round(quantity * rng.uniform(0.1, 0.6))),
                )
            ],
        )


def downgrade(world: World, run: SubscriptionRun, rng: Random) -> None:
    """Fewer seats."""
    item = item_of(world, run, "seats")
    if can_change(world, run) and item and item.terms.current[1] > 1:
        price_id, quantity = item.terms.current
        set_terms(
            world,
            run,
            [(item, price_id, max(1, round(quantity * rng.uniform(0.4, 0.9))))],
        )


def add_item(world: World, run: SubscriptionRun, rng: Random) -> None:
    """Support or seats for a contract that had none."""
    for family, product_id in (
        ("support", SUPPORTS[rng.choice((1, 2))]),
        ("seats", "prod_seats"),
    ):
        if product_id and can_change(world, run) and item_of(world, run, family) is None:
            subscription = run.subscription
            price = price_of(
                world,
                product_id,
                subscription.currency,
                subscription.interval,
                subscription.interval_count,
            )
            quantity = 1 if family == "support" else rng.randint(3, 20)
            item = SubscriptionItem(world.code("si_"), History(world.now, (price.price_id, quantity)))
            return set_terms(world, run, [(item, price.price_id, quantity)])


def remove_item(world: World, run: SubscriptionRun, rng: Random) -> None:
    """Support is given up; its quantity becomes 0."""
    item = item_of(world, run, "support")
    if can_change(world, run) and item:
        set_terms(world, run, [(item, item.terms.current[0], 0)])


def change_package(world: World, run: SubscriptionRun, rng: Random) -> None:
    """Another platform package, usually a larger one, together with the seats that it needs."""
    item = item_of(world, run, "platform")
    if not can_change(world, run) or not item:
        return
    subscription = run.subscription
    tier = PLATFORMS.index(world.prices[item.terms.current[0]].product_id)
    other = PLATFORMS[min(2, tier + 1) if rng.random() < 0.7 else max(0, tier - 1)]
    price = price_of(
        world,
        other,
        subscription.currency,
        subscription.interval,
        subscription.interval_count,
    )
    wanted = [(item, price.price_id, 1)]
    seats = item_of(world, run, "seats")
    if seats and rng.random() < 0.5:
        wanted.append((seats, seats.terms.current[0], seats.terms.current[1] + rng.randint(1, 5)))
    if wanted[0][1] != item.terms.current[0]:
        set_terms(world, run, wanted)


def grant_discount(world: World, run: SubscriptionRun, rng: Random) -> None:
    """A retention offer from the next bill on for some months, unless a discount still runs."""
    subscription = run.subscription
    last = subscription.discounts[-1] if subscription.discounts else None
    is_free = last is None or (last.ends_at is not None and last.ends_at <= world.now)
    if can_change(world, run) and is_free:
        percent, months = rng.choice((10, 20, 30)), rng.choice((3, 6))
        ends_at = add_months(world.now, months * max(1, run.months // 3))
        subscription.discounts.append(Discount(f"STAY{percent}", percent, world.now, ends_at))
        subscription.updated_at = world.now


def ask_for_pause(world: World, run: SubscriptionRun, periods: int) -> None:
    """The customer asks for a break of whole periods from the next boundary on."""
    if can_change(world, run):
        run.pause_periods = periods


def request_cancellation(world: World, run: SubscriptionRun) -> None:
    """The customer gives notice; service runs to the end of the paid period (or trial)."""
    subscription = run.subscription
    if subscription.ended_at is None and subscription.cancel_requested_at is None:
        subscription.cancel_requested_at = subscription.updated_at = world.now


def withdraw(world: World, run: SubscriptionRun) -> None:
    """Within the first days the customer gives everything back: the contract ends at once, the money is returned."""
    if can_change(world, run):
        run.subscription.cancel_requested_at = world.now
        payments.refund_contract(world, run)
        contracts.end(world, run, "cancellation_requested")


def open_expansion(world: World, run: SubscriptionRun, rng: Random) -> None:
    """A seller works on an upgrade; if won, `upgrade` follows."""
    company = world.companies[run.company_id]
    if can_change(world, run) and company.archived_at is None:
        plan = plan_as_is(world, run)
        plan.seats = max(2, round(plan.seats * rng.uniform(0.1, 0.6)))
        plan.support = 0
        deals.create(
            world,
            company,
            plan,
            "expansion",
            rng,
            subscription_id=run.subscription.subscription_id,
        )


def plan_as_is(world: World, run: SubscriptionRun) -> Plan:
    """The plan that describes the contract as it stands."""
    subscription = run.subscription
    plan = Plan("subscription", 0, 0, 0, subscription.interval, subscription.interval_count)
    for item in subscription.items:
        price_id, quantity = item.terms.current
        product_id = world.prices[price_id].product_id
        if quantity and product_id in PLATFORMS:
            plan.tier = PLATFORMS.index(product_id)
        elif quantity and product_id in SUPPORTS:
            plan.support = SUPPORTS.index(product_id)
        elif quantity:
            plan.seats = quantity
    return plan
