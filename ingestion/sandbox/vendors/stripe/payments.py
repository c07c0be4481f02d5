"""Stripe's JSON for money that moved: charges, payments of invoices, refunds, credit notes. Amounts in minor units."""

from __future__ import annotations

from datetime import datetime

from ingestion.sandbox.facts import CreditNote, Invoice, Payment, Refund
from ingestion.sandbox.vendors.stripe.catalog import Json, nested, seconds


def _named(prefix: str, identifier: str) -> str:
    """`identifier` under another of Stripe's prefixes."""
    return f"{prefix}_{identifier.split('_', 1)[-1]}"


def payment_intent_id(attempts: list[Payment]) -> str:
    """An invoice is paid through one payment intent, however many charges it takes."""
    return _named("pi", attempts[0].payment_id)


def charge_id(payment: Payment) -> str:
    return _named("ch", payment.payment_id)


def charge(fact: Payment, attempts: list[Payment], refunds: list[Refund], at: datetime) -> Json:
    """One attempt to collect; `refunds` are those of this payment."""
    refunded = sum(refund.amount for refund in refunds if refund.at <= at)
    return {
        "id": charge_id(fact),
        "object": "charge",
        "amount": fact.amount,
        "amount_captured": fact.amount if fact.is_successful else 0,
        "amount_refunded": refunded,
        "balance_transaction": None,
        "captured": fact.is_successful,
        "created": seconds(fact.at),
        "currency": fact.currency.lower(),
        "customer": fact.customer_id,
        "description": None,
        "disputed": False,
        "failure_code": None if fact.is_successful else "card_declined",
        "failure_message": None if fact.is_successful else "Your card was declined.",
        "livemode": False,
        "metadata": {},
        "paid": fact.is_successful,
        "payment_intent": payment_intent_id(attempts),
        "payment_method": None,
        "receipt_email": None,
        "refunded": refunded >= fact.amount > 0,
        "status": "succeeded" if fact.is_successful else "failed",
    }


def invoice_payment_id(attempts: list[Payment]) -> str:
    return _named("inpay", attempts[0].payment_id)


def invoice_payment(attempts: list[Payment], invoice: Invoice | None, at: datetime) -> Json:
    """What an invoice's attempts came to by `at`: `paid`, `open` while unpaid, `canceled` once the invoice is void."""
    first = attempts[0]
    paid = next((payment for payment in attempts if payment.is_successful and payment.at <= at), None)
    voided = None
    if invoice is not None and invoice.status.at(at) == "void":
        voided = next(moment for moment, value in invoice.status if value == "void")
    return {
        "id": invoice_payment_id(attempts),
        "object": "invoice_payment",
        "amount_paid": paid.amount if paid else None,
        "amount_requested": first.amount,
        "created": seconds(first.at),
        "currency": first.currency.lower(),
        "invoice": first.invoice_id,
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": payment_intent_id(attempts), "type": "payment_intent"},
        "status": "paid" if paid else "canceled" if voided else "open",
        "status_transitions": {
            "canceled_at": seconds(voided) if not paid else None,
            "paid_at": seconds(paid.at) if paid else None,
        },
    }


def refund(fact: Refund, payment: Payment | None, attempts: list[Payment], at: datetime) -> Json:
    return {
        "id": fact.refund_id,
        "object": "refund",
        "amount": fact.amount,
        "balance_transaction": None,
        "charge": charge_id(payment) if payment else None,
        "created": seconds(fact.at),
        "currency": fact.currency.lower(),
        "metadata": {},
        "payment_intent": payment_intent_id(attempts) if attempts else None,
        "reason": fact.reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }


def is_after_payment(fact: CreditNote, invoice: Invoice | None) -> bool:
    """Whether the invoice had been paid when the credit note was issued."""
    return invoice is not None and any(value == "paid" and moment <= fact.at for moment, value in invoice.status)


def credit_note(fact: CreditNote, invoice: Invoice | None, at: datetime, nested_size: int) -> Json:
    """Issued before the invoice was paid it lowers what is due, afterwards it goes to the customer's balance."""
    total = fact.amount + fact.tax_amount
    is_late = is_after_payment(fact, invoice)
    line = {
        "id": _named("cnli", fact.credit_note_id),
        "object": "credit_note_line_item",
        "amount": fact.amount,
        "description": fact.reason,
        "discount_amount": 0,
        "discount_amounts": [],
        "invoice_line_item": None,
        "livemode": False,
        "quantity": 1,
        "tax_rates": [],
        "type": "custom_line_item",
        "unit_amount": fact.amount,
        "unit_amount_decimal": str(fact.amount),
    }
    return {
        "id": fact.credit_note_id,
        "object": "credit_note",
        "amount": total,
        "amount_shipping": 0,
        "created": seconds(fact.at),
        "currency": fact.currency.lower(),
        "customer": fact.customer_id,
        "customer_balance_transaction": None,
        "discount_amount": 0,
        "discount_amounts": [],
        "effective_at": seconds(fact.at),
        "invoice": fact.invoice_id,
        "lines": nested([line], f"/v1/credit_notes/{fact.credit_note_id}/lines", nested_size),
        "livemode": False,
        "memo": None,
        "metadata": {},
        "number": f"{fact.credit_note_id.split('_', 1)[-1]}-CN",
        "out_of_band_amount": None,
        "post_payment_amount": total if is_late else 0,
        "pre_payment_amount": 0 if is_late else total,
        "pretax_credit_amounts": [],
        "reason": fact.reason,
        "refunds": [],
        "shipping_cost": None,
        "status": "issued",
        "subtotal": fact.amount,
        "subtotal_excluding_tax": fact.amount,
        "total": total,
        "total_excluding_tax": fact.amount,
        "total_taxes": (
            [{"amount": fact.tax_amount, "tax_behavior": "exclusive", "taxable_amount": fact.amount}]
            if fact.tax_amount
            else []
        ),
        "type": "post_payment" if is_late else "pre_payment",
        "voided_at": None,
    }
