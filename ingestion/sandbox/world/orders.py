"""Goods: first orders from won deals, then buyers who come back at their own pace until they do not."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from ingestion.sandbox.facts import Company, Deal, History, Order, OrderLine
from ingestion.sandbox.world import customers, invoicing, payments, store, units
from ingestion.sandbox.world.catalog import price_of
from ingestion.sandbox.world.engine import Plan, World, later, round_half_up
from ingestion.sandbox.world.names import TAXED_COUNTRIES
from ingestion.sandbox.world.plans import basket

SIZES = {"smb": 0, "mid_market": 1, "enterprise": 2}


def first_order(world: World, company: Company, deal: Deal, plan: Plan) -> None:
    """What a won goods deal sold is ordered, and the buyer starts a life of re-ordering."""
    place(world, company, deal.deal_id, plan.goods)
    schedule_next(world, company, 0)


def schedule_next(world: World, company: Company, number: int) -> None:
    """Each buyer orders at a rate of its own and drops out for good with a chance of its own."""
    habit = world.rng("habit", company.company_id)
    mean_days, drop_out = habit.gammavariate(2.2, 24), habit.betavariate(1.2, 13)
    rng = world.rng("reorder", company.company_id, number)
    if rng.random() >= drop_out:
        gap = rng.expovariate(1 / max(6.0, mean_days))
        world.schedule(later(rng, world.now, gap, gap + 1), reorder, company, number + 1)


def reorder(world: World, company: Company, number: int) -> None:
    """Another order of a known buyer."""
    if company.archived_at is None:
        rng = world.rng("basket", company.company_id, number)
        place(world, company, None, basket(rng, SIZES[company.segment]))
        schedule_next(world, company, number)


def place(world: World, company: Company, deal_id: int | None, goods: list[tuple[str, int]]) -> Order:
    """Create an order now and schedule its way to the customer."""
    order_id = world.new_id("order", 40001)
    rng = world.rng("order", order_id)
    person = rng.choice(world.company_people[company.company_id])
    off = rng.choice((0, 0, 0, 0, 5, 10, 15))
    lines = []
    for product_id, quantity in goods:
        unit = price_of(world, product_id, company.currency, None).unit_amount
        discount = round_half_up(unit * quantity * off, 100)
        net = unit * quantity - discount
        tax = round_half_up(net * 20, 100) if company.country in TAXED_COUNTRIES else 0
        lines.append(
            OrderLine(
                world.new_id("order line", 90001),
                product_id,
                quantity,
                unit,
                discount,
                tax,
            )
        )
    order = Order(
        order_id=order_id,
        company_id=company.company_id,
        person_id=person.person_id,
        deal_id=deal_id,
        currency=company.currency,
        ordered_at=world.now,
        lines=lines,
        status=History(world.now, "placed"),
        updated_at=world.now,
        channel=units.shop_of(world, company.company_id),
    )
    if order.channel == "shopify":
        store.check_out(world, order, company)
    world.facts.orders.append(order)
    world.company_orders[company.company_id].append(order)
    fate = rng.random()
    if fate < 0.04:
        world.schedule(later(rng, world.now, 0, 2), move_on, order, "cancelled")
    else:
        shipped = later(rng, world.now, 1, 4)
        world.schedule(shipped, move_on, order, "shipped")
        delivered = later(rng, shipped, 1, 9)
        world.schedule(delivered, move_on, order, "delivered")
        if fate < 0.09:
            world.schedule(later(rng, delivered, 3, 30), give_back, order, rng)
    if rng.random() < 0.015:
        deletion = later(rng, world.now, 5, 200)
        if order.channel == "order_database":
            world.schedule(deletion, delete, order)
    if rng.random() < 0.25 and fate >= 0.09:
        known = [c for c in world.company_customers[company.company_id] if c.currency == company.currency]
        if known or rng.random() < 0.3:
            world.schedule(world.now + timedelta(minutes=20), bill, order, company)
    return order


def move_on(world: World, order: Order, status: str) -> None:
    """The next status, unless the row is gone."""
    if order.deleted_at is None:
        order.status.set(world.now, status)
        order.updated_at = world.now
        if status == "cancelled" and order.channel == "shopify":
            store.cancelled(world, order)


def give_back(world: World, order: Order, rng: Random) -> None:
    """The goods return, and all or part of the money with tax."""
    if order.deleted_at is None:
        paid = sum(item.quantity * item.unit_amount - item.discount_amount + item.tax_amount for item in order.lines)
        is_whole = rng.random() < 0.6
        if order.channel == "shopify":
            order.refunded_amount = store.refund(world, order, is_whole)
        else:
            order.refunded_amount = paid if is_whole else paid * rng.randint(20, 80) // 100
        order.refunded_at = world.now
        move_on(world, order, "returned")


def delete(world: World, order: Order) -> None:
    """A clerk removes the row: it was entered by mistake."""
    order.deleted_at = order.updated_at = world.now


def bill(world: World, order: Order, company: Company) -> None:
    """Some orders are also invoiced through the billing system: the same money, seen twice."""
    customer = customers.of_company(world, company, order.currency, order.order_id)
    lines = []
    for item in order.lines:
        price = price_of(world, item.product_id, order.currency, None)
        amount = item.quantity * item.unit_amount
        billed = invoicing.line(
            world,
            customer,
            price.price_id,
            item.quantity,
            amount,
            0,
            (world.now, world.now),
            f"Order {order.order_id}",
        )
        billed.discount_amount, billed.tax_amount = (
            item.discount_amount,
            item.tax_amount,
        )
        lines.append(billed)
    payments.collect(world, invoicing.issue(world, customer, lines, "manual", order=order), None)
