"""The suite of Shopify holds on what is plausible and finds what it says it finds."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.ingestion.sources.shopify_records import bag, customer, order, product, time, transaction
from tests.ingestion.sources.suite_check import faults

READ_AT = datetime(2024, 2, 1)
Record = dict[str, Any]


def line(number: int, **changes: Any) -> Record:
    of_order = {"order_id": "gid://shopify/Order/1", "order_updated_at": time(10)}
    (sold,) = order(1)["lineItems"]
    return {**sold, **of_order, "id": f"line{number}", "discounted": bag("5"), "taxed": bag("9"), **changes}


def moved(number: int, kind: str, amount: int, of: str = "1", **changes: Any) -> Record:
    parent = None if kind == "SALE" else {"id": "before"}
    record = transaction(number, kind, Decimal(amount), "USD", time(10), parent, **changes)
    return {**record, "order_id": of, "order_updated_at": time(10)}


def back(number: int, amount: str = "27") -> Record:
    of_order = {"order_id": "1", "order_updated_at": time(10)}
    return {"id": f"refund{number}", "createdAt": time(10), "totalRefundedSet": bag(amount), **of_order}


def inner(number: int, quantity: int = 1) -> Record:
    of_refund = {"refund_id": "refund1", "order_updated_at": time(10)}
    return {"id": f"inner{number}", "quantity": quantity, "lineItem": {"id": "line1"}, **of_refund}


def variant(number: int, price: str) -> Record:
    (made,) = product(number)["variants"]
    return {**made, "price": price, "product_id": "1", "product_updated_at": time(1)}


def test_planted_faults_are_found_and_nothing_else(tmp_path: Path) -> None:
    well = {
        "orders": [order(1), order(2, lines=5, refunded_lines=3)],
        "order_lines": [line(1), line(2, currentQuantity=0)],
        "order_transactions": [moved(1, "SALE", 54), moved(2, "REFUND", 54)],
        "refunds": [back(1)],
        "refund_lines": [inner(1)],
        "customers": [customer(1), customer(2)],
        "product_variants": [variant(1, "25.00")],
    }
    assert faults("shopify", well, READ_AT, tmp_path / "well") == set()
    spoilt = {
        "orders": [
            order(1, createdAt="2030-01-01T00:00:00Z"),
            order(2, cancelledAt="2023-01-01T00:00:00Z"),
            order(3, totalTaxSet=bag("-1")),
            order(4, totalRefundedSet=bag("500")),
            order(5, totalPriceSet=bag("46")),
            *(order(number, cancelledAt=time(900)) for number in range(10, 70)),
        ],
        "order_lines": [
            line(1, quantity=0, discounted=bag("0"), currentQuantity=0),
            line(2, taxed=bag("-1")),
            line(3, discounted=bag("51")),
            line(4, currentQuantity=3),
        ],
        "order_transactions": [
            moved(1, "SALE", -1, of="1"),
            {**moved(2, "REFUND", 1, of="2"), "parentTransaction": None},
            moved(3, "SALE", 10, of="2"),
            moved(4, "SALE", 10, of="3"),
            moved(5, "REFUND", 11, of="3"),
        ],
        "refunds": [back(1, "-1")],
        "refund_lines": [inner(1, 0)],
        "customers": [
            customer(1, defaultEmailAddress={"emailAddress": "nobody"}),
            customer(2, defaultAddress={"countryCodeV2": "Germany"}),
        ],
        "product_variants": [variant(1, "-25.00")],
    }
    assert faults("shopify", spoilt, READ_AT, tmp_path / "spoilt") == {
        ("orders", "Orders are neither from the future nor older than 2004"),
        ("orders", "No order was cancelled before it was placed"),
        ("orders", "No amount is negative"),
        ("orders", "No order gave back more than twice what it cost"),
        ("orders", "An order's total is its subtotal with tax and shipping, but for tips and duties"),
        ("orders", "At most one order in five was cancelled"),
        ("order_lines", "Lines sell something"),
        ("order_lines", "No price, discount or tax is negative"),
        ("order_lines", "No discount exceeds its line"),
        ("order_lines", "No more units are left than were sold"),
        ("order_transactions", "Amounts are not negative: the kind says which way money goes"),
        ("order_transactions", "What was given back was received before"),
        ("order_transactions", "No order gave back more than it received"),
        ("refunds", "No refund gives back a negative amount"),
        ("refund_lines", "Refund lines give something back"),
        ("customers", "Addresses contain an at sign"),
        ("customers", "Countries are two capital letters"),
        ("product_variants", "No price is negative"),
    }
