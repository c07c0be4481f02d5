"""Records of a shop, as its API shows them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.ingestion.sources.shopify_shop import TOKEN, Shop

Record = dict[str, Any]
OPENED = datetime(2024, 1, 1)
RATE = Decimal("1.25")
"""Dollars (the shop's currency) for one of the euros that every third buyer pays with."""


def time(minutes: int) -> str:
    """A moment after the shop opened."""
    return (OPENED + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def bag(amount: str | Decimal, currency: str = "USD") -> Record:
    """An amount as the buyer saw it, and what it is in dollars."""
    dollars = Decimal(amount) if currency == "USD" else Decimal(amount) * RATE
    return {
        "shopMoney": {"amount": f"{dollars:.2f}", "currencyCode": "USD"},
        "presentmentMoney": {"amount": f"{Decimal(amount):.2f}", "currencyCode": currency},
    }


def customer(number: int, **changes: Any) -> Record:
    return {
        "id": f"gid://shopify/Customer/{number}",
        "displayName": f"Person {number}",
        "firstName": "Person",
        "lastName": str(number),
        "state": "ENABLED",
        "createdAt": time(number),
        "updatedAt": time(number),
        "defaultEmailAddress": {"emailAddress": f"Person{number}@Buyer.example", "marketingState": "SUBSCRIBED"},
        "defaultAddress": {"company": f"Buyer {number}" if number % 2 else None, "countryCodeV2": "DE"},
        "metafields": {"custom.crm_account_id": str(7000 + number)} if number % 2 else {},
        **changes,
    }


def product(number: int, variants: int = 1, **changes: Any) -> Record:
    return {
        "id": f"gid://shopify/Product/{number}",
        "title": f"Scanner {number}",
        "productType": "Scanners",
        "status": "ACTIVE",
        "vendor": "Northwind",
        "isGiftCard": False,
        "createdAt": time(number),
        "updatedAt": time(number),
        "variants": [
            {
                "id": f"gid://shopify/ProductVariant/{number * 100 + variant}",
                "title": f"Size {variant}",
                "sku": f"SC-{number}-{variant}",
                "price": "25.00",
                "createdAt": time(number),
                "updatedAt": time(number),
            }
            for variant in range(variants)
        ],
        **changes,
    }


def order(number: int, lines: int = 1, at: int | None = None, refunded_lines: int = 0, **changes: Any) -> Record:
    """An order of `lines` lines of two units at 25.00 less 5.00, 20 percent tax, paid by a capture of an authorization.

    `refunded_lines` of them went back, one unit each, at 22.50 with 4.50 tax.
    """
    currency = "EUR" if number % 3 == 0 else "USD"
    moment = time(number * 10 if at is None else at)
    total = Decimal(54) * lines
    items = [
        {
            "id": f"gid://shopify/LineItem/{number * 1000 + position}",
            "title": "Scanner 1",
            "sku": "SC-1-0",
            "vendor": "Northwind",
            "quantity": 2,
            "currentQuantity": 1 if position < refunded_lines else 2,
            "isGiftCard": False,
            "product": {"id": "gid://shopify/Product/1"},
            "variant": {"id": "gid://shopify/ProductVariant/100"},
            "originalUnitPriceSet": bag("25", currency),
            "originalTotalSet": bag("50", currency),
            "discountAllocations": [{"allocatedAmountSet": bag(part, currency)} for part in ("2", "3")],
            "taxLines": [{"title": "VAT", "rate": 0.2, "priceSet": bag("9", currency)}],
        }
        for position in range(lines)
    ]
    authorization = transaction(number * 1000, "AUTHORIZATION", total, currency, moment)
    capture = transaction(number * 1000 + 1, "CAPTURE", total, currency, moment, authorization)
    transactions, refunds = [authorization, capture], []
    if refunded_lines:
        back = transaction(number * 1000 + 2, "REFUND", Decimal(27) * refunded_lines, currency, moment, capture)
        transactions.append(back)
        refunds.append(refund(number, items[:refunded_lines], [back], currency, moment))
    return {
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{1000 + number}",
        "createdAt": moment,
        "processedAt": moment,
        "updatedAt": moment,
        "test": False,
        "taxesIncluded": False,
        "tags": ["wholesale"],
        "displayFinancialStatus": "PARTIALLY_REFUNDED" if refunded_lines else "PAID",
        "displayFulfillmentStatus": "FULFILLED",
        "returnStatus": "NO_RETURN",
        "customer": {"id": f"gid://shopify/Customer/{1 + number % 2}"},
        "customAttributes": [{"key": "gift", "value": "no"}, {"key": "crm_deal_id", "value": str(9000 + number)}],
        "subtotalPriceSet": bag(45 * lines, currency),
        "totalDiscountsSet": bag(5 * lines, currency),
        "totalTaxSet": bag(9 * lines, currency),
        "totalShippingPriceSet": bag("0", currency),
        "totalPriceSet": bag(total, currency),
        "totalRefundedSet": bag(Decimal(27) * refunded_lines, currency),
        "fulfillments": [
            {"id": f"gid://shopify/Fulfillment/{number}", "createdAt": moment, "displayStatus": "DELIVERED"}
        ],
        "transactions": transactions,
        "refunds": refunds,
        "lineItems": items,
        **changes,
    }


def transaction(
    number: int, kind: str, amount: Decimal, currency: str, at: str, parent: Record | None = None, **changes: Any
) -> Record:
    return {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": kind,
        "status": "SUCCESS",
        "gateway": "shopify_payments",
        "test": False,
        "createdAt": at,
        "processedAt": at,
        "parentTransaction": parent and {"id": parent["id"]},
        "amountSet": bag(amount, currency),
        **changes,
    }


def refund(number: int, lines: list[Record], moved: list[Record], currency: str, at: str) -> Record:
    return {
        "id": f"gid://shopify/Refund/{number}",
        "createdAt": at,
        "updatedAt": at,
        "note": "damaged",
        "totalRefundedSet": bag(Decimal(27) * len(lines), currency),
        "refundLineItems": [
            {
                "id": f"gid://shopify/RefundLineItem/{number * 1000 + position}",
                "quantity": 1,
                "restockType": "RETURN",
                "lineItem": line,
                "subtotalSet": bag("22.50", currency),
                "totalTaxSet": bag("4.50", currency),
            }
            for position, line in enumerate(lines)
        ],
        "transactions": moved,
    }


def small_shop() -> Shop:
    """Seven orders (one of five lines, three of which were refunded; four placed in the same second), two customers,
    two products of three variants."""
    return Shop(
        orders=[
            order(1),
            order(2, lines=5, refunded_lines=3),
            *(order(number, lines=2, at=50) for number in (3, 4, 5, 6)),
            order(7, cancelledAt=time(80), cancelReason="CUSTOMER", displayFinancialStatus="VOIDED"),
        ],
        customers=[customer(1), customer(2)],
        products=[product(1, variants=3), product(2, variants=3)],
    )


@contextmanager
def modelled_shop() -> Iterator[dict[str, Any]]:
    """The settings that read the shop behind the canonical tables: the small one, with an order of prices that include
    tax, a failed payment, a test order, and a product that is archived."""
    shop = small_shop()
    taxed = order(8, lines=2, at=90, taxesIncluded=True, totalTaxSet=bag("18"), totalPriceSet=bag("90"))
    taxed["transactions"].append(
        transaction(8003, "SALE", Decimal(90), "USD", time(89), status="FAILURE", errorCode="CARD_DECLINED")
    )
    shop.lists["orders"] += [taxed, order(10, test=True)]
    shop.lists["products"][1]["status"] = "ARCHIVED"
    shop.lists["products"][1]["variants"][0]["price"] = "30.00"
    with shop.serve():
        yield {"base_url": shop.base_url, "access_token": TOKEN}
