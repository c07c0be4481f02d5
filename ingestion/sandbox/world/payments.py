"""What becomes of an invoice: paid, tried again, written off, given back, credited."""

from __future__ import annotations

from datetime import timedelta

from ingestion.sandbox.facts import CreditNote, Invoice, Payment, Refund
from ingestion.sandbox.world import contracts, invoicing
from ingestion.sandbox.world.engine import SubscriptionRun, World, later, round_half_up

RETRY_DAYS = (3, 7, 14)
DUNNING_DAYS = 30


def settle(world: World, invoice: Invoice, status: str) -> None:
    """Move an open invoice to its final status."""
    invoice.status.set(world.now, status)
    invoice.updated_at = world.now
    if status == "paid":
        invoice.paid_at = world.now


def collect(world: World, invoice: Invoice, run: SubscriptionRun | None) -> None:
    """Get the invoice paid: by card within hours, by transfer within weeks; a few fail and are tried again."""
    if invoicing.total(invoice) <= 0:
        return settle(world, invoice, "paid")
    rng = world.rng("collect", invoice.invoice_id)
    is_card = world.rng("card", invoice.customer_id).random() < 0.7 and invoice.billing_reason != "manual"
    at = world.now + timedelta(minutes=rng.randint(60, 400)) if is_card else later(rng, world.now, 5, 40)
    is_failing = run is not None and is_card and rng.random() < 0.035
    if is_failing:
        world.schedule(at, attempt, invoice, run, 0)
    else:
        world.schedule(at, pay, invoice)
    if rng.random() < 0.008:
        world.schedule(later(rng, world.now, 1, 50), credit, invoice)


def attempt(world: World, invoice: Invoice, run: SubscriptionRun, number: int) -> None:
    """A card payment fails; retried a few times, then the contract is cancelled some thirty days after the invoice."""
    if invoice.status.current != "open":
        return
    rng = world.rng("attempt", invoice.invoice_id, number)
    if number and rng.random() < 0.4:
        return pay(world, invoice)
    payment = Payment(
        world.code("pi_"),
        invoice.invoice_id,
        invoice.customer_id,
        invoice.currency,
        invoicing.total(invoice),
        world.now,
        False,
    )
    world.facts.payments.append(payment)
    invoice.updated_at = world.now
    if number < len(RETRY_DAYS):
        world.schedule(
            invoice.created_at + timedelta(days=RETRY_DAYS[number], hours=2),
            attempt,
            invoice,
            run,
            number + 1,
        )
    else:
        given_up = invoice.created_at + timedelta(days=DUNNING_DAYS, minutes=rng.randint(-900, 900))
        world.schedule(given_up, give_up, invoice, run)


def give_up(world: World, invoice: Invoice, run: SubscriptionRun) -> None:
    """The debt is written off, what was billed since is void, and the contract ends here."""
    if invoice.status.current != "open":
        return
    settle(world, invoice, "uncollectible")
    for other in world.subscription_invoices[run.subscription.subscription_id]:
        if other.status.current == "open":
            settle(world, other, "void")
    if run.subscription.ended_at is None:
        contracts.end(world, run, "payment_failed")


def pay(world: World, invoice: Invoice) -> None:
    """The money arrives; a small part of it is later given back."""
    if invoice.status.current != "open":
        return
    payment = Payment(
        world.code("pi_"),
        invoice.invoice_id,
        invoice.customer_id,
        invoice.currency,
        invoicing.total(invoice),
        world.now,
        True,
    )
    world.facts.payments.append(payment)
    settle(world, invoice, "paid")
    rng = world.rng("paid", invoice.invoice_id)
    if rng.random() < 0.006:
        part = payment.amount * rng.randint(10, 50) // 100
        world.schedule(later(rng, world.now, 3, 45), refund, payment, part, "requested_by_customer")


def refund(world: World, payment: Payment, amount: int, reason: str) -> None:
    """Give back `amount` of a payment, unless part of it was given back before."""
    if amount <= 0 or any(r.payment_id == payment.payment_id for r in world.facts.refunds):
        return
    world.facts.refunds.append(
        Refund(
            world.code("re_"), payment.payment_id, payment.invoice_id, payment.customer_id, payment.currency, amount,
            reason, world.now,
        )
    )  # fmt: skip


def refund_contract(world: World, run: SubscriptionRun) -> None:
    """Give back everything paid for a contract and void what is open."""
    for invoice in world.subscription_invoices[run.subscription.subscription_id]:
        if invoice.status.current == "open":
            settle(world, invoice, "void")
        for payment in world.facts.payments:
            if payment.invoice_id == invoice.invoice_id and payment.is_successful:
                refund(world, payment, payment.amount, "requested_by_customer")


def credit(world: World, invoice: Invoice) -> None:
    """A credit note over part of the invoice, for a fault of ours; never on a void or written-off one."""
    if invoice.status.current not in ("open", "paid"):
        return
    rng = world.rng("credit", invoice.invoice_id)
    first = invoice.lines[0]
    net = (first.amount - first.discount_amount) * rng.randint(5, 30) // 100
    tax = round_half_up(net * invoicing.TAX_PERCENT, 100) if first.tax_amount else 0
    if net > 0:
        reason = rng.choice(("product_unsatisfactory", "order_change", "duplicate"))
        note = CreditNote(
            world.code("cn_"),
            invoice.invoice_id,
            invoice.customer_id,
            invoice.currency,
            net,
            tax,
            reason,
            world.now,
        )
        world.facts.credit_notes.append(note)
        invoice.updated_at = world.now
