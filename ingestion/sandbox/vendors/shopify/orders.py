"""An order with all that hangs on it: lines, payments, refunds, shipment, and how the buyer came."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from ingestion.sandbox.facts import Order, OrderRefund
from ingestion.sandbox.vendors.shopify.connections import Connect
from ingestion.sandbox.vendors.shopify.index import HOST, Index, Record, gid, iso
from ingestion.sandbox.vendors.shopify.money import NOTHING, SHOP_CURRENCY, Amount, Rates, bag


class Orders:
    """Renders orders into `index`, each with its customer's record. `variants` are found by SKU."""

    def __init__(self, index: Index, rates: Rates, connect: Connect, variants: Mapping[str, Record]) -> None:
        self._index = index
        self._rates = rates
        self._connect = connect
        self._variant_of = variants

    def _line_amounts(self, order: Order) -> dict[int, tuple[Amount, Amount, Amount]]:
        """Unit price, discount of the line and tax of the line, by line."""
        day = order.ordered_at.date()

        def both(minor_units: int) -> Amount:
            return self._rates.amount(minor_units, order.currency, day)

        return {
            line.order_line_id: (both(line.unit_amount), both(line.discount_amount), both(line.tax_amount))
            for line in order.lines
        }

    def paid(self, order: Order) -> Amount:
        """What was captured and not given back."""
        amounts = self._line_amounts(order)
        if order.status.current in ("placed", "cancelled"):
            return NOTHING
        total = sum((amounts[line.order_line_id][0] * line.quantity - amounts[line.order_line_id][1]
                     + amounts[line.order_line_id][2] for line in order.lines), NOTHING)  # fmt: skip
        return total - sum((self._given_back(order, refund) for refund in order.refunds), NOTHING)

    def _given_back(self, order: Order, refund: OrderRefund) -> Amount:
        return sum((net + tax for net, tax in self._refunded(order, refund).values()), NOTHING)

    def _refunded(self, order: Order, refund: OrderRefund) -> dict[int, tuple[Amount, Amount]]:
        """Net amount and tax given back, by refund line: the buyer's as the world has it, the shop's in proportion."""
        amounts = self._line_amounts(order)
        quantity = {line.order_line_id: line.quantity for line in order.lines}
        found = {}
        for item in refund.lines:
            unit, discount, tax = amounts[item.order_line_id]
            pieces = quantity[item.order_line_id]
            net = (unit * pieces - discount).part(item.quantity, pieces)
            back = tax.part(item.quantity, pieces)
            found[item.refund_line_id] = Amount(net.shop, item.amount), Amount(back.shop, item.tax_amount)
        return found

    def render(self, order: Order, customer: Record) -> Record:
        amounts = self._line_amounts(order)
        lines = [self._line(order, line, *amounts[line.order_line_id]) for line in order.lines]
        gross = sum((amounts[line.order_line_id][0] * line.quantity for line in order.lines), NOTHING)
        discount = sum((amounts[line.order_line_id][1] for line in order.lines), NOTHING)
        tax = sum((amounts[line.order_line_id][2] for line in order.lines), NOTHING)
        total = gross - discount + tax
        refunded = sum((self._given_back(order, refund) for refund in order.refunds), NOTHING)
        refunded_tax = sum(
            (back for refund in order.refunds for _, back in self._refunded(order, refund).values()), NOTHING
        )
        is_cancelled = order.status.current == "cancelled"
        is_paid = order.status.current in ("shipped", "delivered", "returned")
        received = total if is_paid else NOTHING
        current_total = NOTHING if is_cancelled else total - refunded
        current_tax = NOTHING if is_cancelled else tax - refunded_tax
        cancelled_at = order.status.changed_at if is_cancelled else None
        deal = next((found[1] for tag in order.tags if (found := re.fullmatch(r"deal:(.+)", tag))), None)
        currency = order.currency
        checkout = order.checkout
        record = self._index.keep(
            "Order",
            order.order_id,
            {
                "name": f"#{order.order_id}",
                "number": order.order_id,
                "email": customer["email"],
                "tags": order.tags,
                "test": False,
                "edited": False,
                "closed": is_cancelled or order.status.current in ("delivered", "returned"),
                "confirmed": True,
                "createdAt": iso(order.ordered_at),
                "processedAt": iso(order.ordered_at),
                "updatedAt": iso(order.updated_at),
                "closedAt": cancelled_at and iso(cancelled_at),
                "cancelledAt": iso(cancelled_at),
                "cancelReason": (order.cancel_reason or "other").upper() if is_cancelled else None,
                "currencyCode": SHOP_CURRENCY,
                "presentmentCurrencyCode": currency,
                "taxesIncluded": False,
                "sourceName": checkout.source if checkout else "web",
                "displayFinancialStatus": _financial_status(is_cancelled, is_paid, refunded.buyer, total.buyer),
                "displayFulfillmentStatus": "FULFILLED" if is_paid else "UNFULFILLED",
                "returnStatus": "RETURNED" if order.status.current == "returned" else "NO_RETURN",
                "subtotalLineItemsQuantity": sum(line.quantity for line in order.lines),
                "customer": customer,
                "billingAddress": customer["defaultAddress"],
                "shippingAddress": customer["defaultAddress"],
                "customAttributes": [{"key": "crm_deal_id", "value": deal}] if deal else [],
                "customerJourneySummary": _journey(order),
                "subtotalPriceSet": bag(gross - discount, currency),
                "totalPriceSet": bag(total, currency),
                "originalTotalPriceSet": bag(total, currency),
                "totalTaxSet": bag(tax, currency),
                "totalDiscountsSet": bag(discount, currency),
                "totalShippingPriceSet": bag(NOTHING, currency),
                "totalRefundedSet": bag(refunded, currency),
                "totalReceivedSet": bag(received, currency),
                "totalOutstandingSet": bag(NOTHING if is_paid or is_cancelled else total, currency),
                "netPaymentSet": bag(received - refunded, currency),
                "currentTotalPriceSet": bag(current_total, currency),
                "currentTotalTaxSet": bag(current_tax, currency),
                "currentSubtotalPriceSet": bag(current_total - current_tax, currency),
                "currentTotalDiscountsSet": bag(NOTHING if is_cancelled else discount, currency),
                "lineItems": self._connect(lines),
                "metafield": lambda info, key, namespace=None: None,
                "_created": order.ordered_at,
                "_updated": order.updated_at,
                "_email": customer["_email"],
                "_total": total.shop,
                "_tags": [tag.lower() for tag in order.tags],
            },
        )
        transactions = self._transactions(order, record, total)
        record["refunds"] = _limited([self._refund(order, record, refund, transactions) for refund in order.refunds])
        record["transactions"] = _limited(transactions)
        record["fulfillments"] = _limited(self._fulfillments(order, record) if is_paid else [])
        return record

    def _line(self, order: Order, line: Any, unit: Amount, discount: Amount, tax: Amount) -> Record:
        variant = self._variant_of[line.product_id]
        back = sum(
            item.quantity
            for refund in order.refunds
            for item in refund.lines
            if item.order_line_id == line.order_line_id
        )
        left = 0 if order.status.current == "cancelled" else line.quantity - back
        gross = unit * line.quantity
        net = gross - discount
        each = net.part(1, line.quantity)
        currency = order.currency
        rate = 0.2 if tax.buyer else 0.0
        return self._index.keep(
            "LineItem",
            line.order_line_id,
            {
                "name": variant["product"]["title"],
                "title": variant["product"]["title"],
                "variantTitle": None,
                "sku": line.product_id,
                "vendor": "Northwind Instruments",
                "quantity": line.quantity,
                "currentQuantity": left,
                "refundableQuantity": left,
                "unfulfilledQuantity": line.quantity if order.status.current == "placed" else 0,
                "nonFulfillableQuantity": line.quantity - left,
                "taxable": True,
                "requiresShipping": True,
                "isGiftCard": False,
                "product": variant["product"],
                "variant": variant,
                "customAttributes": [],
                "originalUnitPriceSet": bag(unit, currency),
                "originalTotalSet": bag(gross, currency),
                "discountedUnitPriceSet": bag(each, currency),
                "discountedUnitPriceAfterAllDiscountsSet": bag(each, currency),
                "discountedTotalSet": bag(net, currency),
                "totalDiscountSet": bag(discount, currency),
                "discountAllocations": [{"allocatedAmountSet": bag(discount, currency)}] if discount.buyer else [],
                "taxLines": lambda info, first=None: [
                    {"title": "VAT", "rate": rate, "ratePercentage": rate * 100, "priceSet": bag(tax, currency)}
                ][: first if tax.buyer else 0],
            },
        )

    def _transactions(self, order: Order, record: Record, total: Amount) -> list[Record]:
        """Authorised with the order, captured when it ships, voided when it is cancelled; refunds follow."""
        number = order.order_id * 10

        def transaction(offset: int, kind: str, at: datetime, parent: Record | None = None) -> Record:
            moment = iso(at)
            return self._index.keep(
                "OrderTransaction",
                number + offset,
                {
                    "kind": kind,
                    "status": "SUCCESS",
                    "gateway": "shopify_payments",
                    "formattedGateway": "Shopify Payments",
                    "paymentId": f"p{order.order_id}",
                    "test": False,
                    "createdAt": moment,
                    "processedAt": moment,
                    "amountSet": bag(total, order.currency),
                    "order": record,
                    "parentTransaction": parent,
                },
            )

        authorised = transaction(0, "AUTHORIZATION", order.ordered_at)
        found = [authorised]
        for at, status in order.status:
            if status == "shipped":
                found.append(transaction(1, "CAPTURE", at, authorised))
            if status == "cancelled":
                found.append(transaction(2, "VOID", at, authorised))
        return found

    def _refund(self, order: Order, record: Record, refund: OrderRefund, transactions: list[Record]) -> Record:
        currency, at = order.currency, iso(refund.at)
        refunded = self._refunded(order, refund)
        given_back = self._given_back(order, refund)
        payment = self._index.keep(
            "OrderTransaction",
            refund.refund_id * 10 + 5_000_000,
            {
                "kind": "REFUND",
                "status": "SUCCESS",
                "gateway": "shopify_payments",
                "formattedGateway": "Shopify Payments",
                "paymentId": f"r{refund.refund_id}",
                "test": False,
                "createdAt": at,
                "processedAt": at,
                "amountSet": bag(given_back, currency),
                "order": record,
                "parentTransaction": next((item for item in transactions if item["kind"] == "CAPTURE"), None),
            },
        )
        transactions.append(payment)
        quantity = {line.order_line_id: line.quantity for line in order.lines}
        lines = [
            {
                "__typename": "RefundLineItem",
                "id": gid("RefundLineItem", item.refund_line_id),
                "lineItem": self._index.by_id[gid("LineItem", item.order_line_id)],
                "quantity": item.quantity,
                "restockType": "RETURN",
                "restocked": True,
                "priceSet": bag(self._line_amounts(order)[item.order_line_id][0], currency),
                "subtotalSet": bag(refunded[item.refund_line_id][0], currency),
                "totalTaxSet": bag(refunded[item.refund_line_id][1], currency),
                "_number": item.refund_line_id,
            }
            for item in refund.lines
            if quantity[item.order_line_id]
        ]
        return self._index.keep(
            "Refund",
            refund.refund_id,
            {
                "createdAt": at,
                "processedAt": at,
                "updatedAt": at,
                "note": refund.reason,
                "order": record,
                "totalRefundedSet": bag(given_back, currency),
                "refundLineItems": self._connect(lines),
                "transactions": self._connect([payment]),
            },
        )

    def _fulfillments(self, order: Order, record: Record) -> list[Record]:
        times = {status: at for at, status in order.status}
        delivered = times.get("delivered")
        return [
            self._index.keep(
                "Fulfillment",
                order.order_id * 10 + 7,
                {
                    "name": f"#{order.order_id}.1",
                    "status": "SUCCESS",
                    "displayStatus": "DELIVERED" if delivered else "IN_TRANSIT",
                    "createdAt": iso(times["shipped"]),
                    "updatedAt": iso(delivered or times["shipped"]),
                    "inTransitAt": iso(times["shipped"]),
                    "deliveredAt": iso(delivered),
                    "totalQuantity": sum(line.quantity for line in order.lines),
                    "order": record,
                },
            )
        ]


def _financial_status(is_cancelled: bool, is_paid: bool, refunded: int, total: int) -> str:
    if is_cancelled:
        return "VOIDED"
    if not is_paid:
        return "AUTHORIZED"
    return "PAID" if not refunded else "REFUNDED" if refunded == total else "PARTIALLY_REFUNDED"


def _journey(order: Order) -> Record:
    """How the buyer came; nothing is known of an order that a seller entered."""
    checkout = order.checkout
    if checkout is None or checkout.landing_page is None:
        return {"ready": True, "customerOrderIndex": None, "firstVisit": None, "lastVisit": None}
    utm = {name: getattr(checkout, f"utm_{name}") for name in ("source", "medium", "campaign") if checkout.utm_campaign}
    visit = {
        "__typename": "CustomerVisit",
        "id": gid("CustomerVisit", order.order_id),
        "landingPage": f"https://{HOST}{checkout.landing_page}",
        "referrerUrl": checkout.referrer,
        "source": checkout.utm_source or ("direct" if checkout.referrer is None else "Google"),
        "sourceType": None,
        "occurredAt": iso(order.ordered_at),
        "utmParameters": utm or None,
    }
    return {"ready": True, "customerOrderIndex": None, "firstVisit": visit, "lastVisit": visit}


def _limited(records: list[Record]) -> Callable[..., list[Record]]:
    """A plain list that `first` may cut."""
    return lambda info, first=None, **ignored: records[:first]
