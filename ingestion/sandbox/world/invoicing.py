"""Invoices and the money that follows them, or does not. All amounts are integers in minor units.

A line's discount and tax carry the sign of its amount. An invoice whose total is not positive is settled at once
without a payment; a credit is kept for the customer outside this system.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ingestion.sandbox.facts import (
    BillingCustomer,
    Company,
    History,
    Invoice,
    InvoiceLine,
    Order,
    Subscription,
)
from ingestion.sandbox.world import payments
from ingestion.sandbox.world.catalog import price_of
from ingestion.sandbox.world.engine import SubscriptionRun, World, round_half_up
from ingestion.sandbox.world.names import TAXED_COUNTRIES

TAX_PERCENT = 20


def percent_off(subscription: Subscription, at: datetime) -> int:
    """Per cent of the discount in force at `at`; contracts never have two at a time."""
    for discount in subscription.discounts:
        if discount.starts_at <= at and (discount.ends_at is None or at < discount.ends_at):
            return discount.percent_off
    return 0


def line(
    world: World, customer: BillingCustomer, price_id: str, quantity: int, amount: int, off: int,
    period: tuple[datetime, datetime], description: str, item_id: str | None = None, is_proration: bool = False,
) -> InvoiceLine:  # fmt: skip
    """One line with its discount of `off` per cent and the tax of the customer's country."""
    discount = round_half_up(amount * off, 100)
    tax = round_half_up((amount - discount) * TAX_PERCENT, 100) if customer.country in TAXED_COUNTRIES else 0
    return InvoiceLine(
        line_id=world.code("il_"),
        product_id=world.prices[price_id].product_id,
        price_id=price_id,
        quantity=quantity,
        amount=amount,
        discount_amount=discount,
        tax_amount=tax,
        period_start=period[0],
        period_end=period[1],
        is_proration=is_proration,
        subscription_item_id=item_id,
        description=description,
    )


def issue(
    world: World, customer: BillingCustomer, lines: list[InvoiceLine], reason: str,
    run: SubscriptionRun | None = None, order: Order | None = None,
) -> Invoice:  # fmt: skip
    """Send an invoice now; the caller decides what becomes of it."""
    number = world.new_id("invoice number")
    terms = 30 if reason == "manual" or world.companies[customer.company_id].segment == "enterprise" else 0
    invoice = Invoice(
        invoice_id=world.code("in_"),
        number=f"NW-{number:06d}",
        customer_id=customer.customer_id,
        subscription_id=run.subscription.subscription_id if run else None,
        currency=customer.currency,
        billing_reason=reason,
        created_at=world.now,
        due_date=(world.now + timedelta(days=terms)).date(),
        lines=lines,
        status=History(world.now, "open"),
        updated_at=world.now,
        order_id=order.order_id if order else None,
    )
    world.facts.invoices.append(invoice)
    if run:
        world.subscription_invoices[run.subscription.subscription_id].append(invoice)
    return invoice


def total(invoice: Invoice) -> int:
    """Amount to pay: lines less discounts plus tax."""
    return sum(item.amount - item.discount_amount + item.tax_amount for item in invoice.lines)


def bill_trial(world: World, run: SubscriptionRun) -> None:
    """The invoice over nothing that opens a trial."""
    subscription = run.subscription
    customer = world.customers[subscription.customer_id]
    lines = []
    for item in subscription.items:
        price_id, quantity = item.terms.current
        period = (world.now, run.anchor)
        lines.append(
            line(
                world,
                customer,
                price_id,
                quantity,
                0,
                0,
                period,
                "Trial period",
                item.item_id,
            )
        )
    payments.settle(world, issue(world, customer, lines, "subscription_create", run), "paid")


def bill_period(world: World, run: SubscriptionRun, is_first: bool, is_paused: bool) -> None:
    """The invoice of the period that starts now; void while the contract is paused."""
    subscription = run.subscription
    customer = world.customers[subscription.customer_id]
    off = percent_off(subscription, world.now)
    lines = []
    for item in subscription.items:
        price_id, quantity = item.terms.current
        if quantity:
            price = world.prices[price_id]
            amount = price.unit_amount * quantity
            name = f"{quantity} × {price_id.removeprefix('price_')}"
            lines.append(
                line(
                    world,
                    customer,
                    price_id,
                    quantity,
                    amount,
                    off,
                    subscription.periods[-1],
                    name,
                    item.item_id,
                )
            )
    is_creation = is_first and subscription.trial_ends_at is None
    invoice = issue(
        world,
        customer,
        lines,
        "subscription_create" if is_creation else "subscription_cycle",
        run,
    )
    if is_paused:
        world.schedule(world.now + timedelta(hours=1), payments.settle, invoice, "void")
    else:
        payments.collect(world, invoice, run)


def bill_services(world: World, customer: BillingCustomer, company: Company) -> None:
    """Onboarding and training days, billed once by hand."""
    rng = world.rng("services", customer.customer_id)
    lines = []
    for product_id, quantity in (
        ("prod_onboarding", 1),
        ("prod_training", rng.randint(0, 3)),
    ):
        if quantity:
            price = price_of(world, product_id, customer.currency, None)
            amount = price.unit_amount * quantity
            period = (world.now, world.now)
            lines.append(
                line(
                    world,
                    customer,
                    price.price_id,
                    quantity,
                    amount,
                    0,
                    period,
                    "Services",
                )
            )
    payments.collect(world, issue(world, customer, lines, "manual"), None)
