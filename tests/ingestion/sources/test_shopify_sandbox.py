"""Shopify's connector reads the simulated store, page by page and in bulk, to the last cent of the buyer's currency."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from ingestion.sandbox.facts import CURRENCY_EXPONENT, Facts, Order, OrderLine, view
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import simulate
from ingestion.sources.shopify import Settings, streams
from tests.ingestion.sources.acquired import MIX
from tests.ingestion.sources.memory import Memory

EARLIER, AS_OF = date(2025, 3, 31), date(2025, 6, 30)
STARTED = datetime(2025, 7, 1)


@cache
def company(as_of: date = AS_OF) -> Facts:
    return simulate(as_of, scale=0.4, mix=MIX)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(AS_OF, facts=company(), window_scale=0.001) as server:
        yield server


def memory(server: SandboxServer) -> Memory:
    access: dict[str, Any] = dict(server.overlay()["shopify"])
    return Memory(
        lambda **changes: streams(Settings(name="shopify", money="presentment", **access, **changes)), STARTED
    )


def rows(held: Memory, table: str, *columns: str) -> dict[str, tuple[Any, ...]]:
    return {number(row["id"]): tuple(number(row[column]) for column in columns) for row in held.living(table)}


def number(value: Any) -> Any:
    """The number at the end of a global id; anything else as it is."""
    return value.rsplit("/", 1)[-1] if isinstance(value, str) and value.startswith("gid://") else value


def store() -> Facts:
    facts = view(company(), "shopify")
    assert len(facts.orders) > 20 and any(order.refunds for order in facts.orders)
    assert len({order.currency for order in facts.orders}) > 1
    return facts


def _total(line: OrderLine) -> int:
    return line.quantity * line.unit_amount - line.discount_amount + line.tax_amount


def money(minor_units: int, order: Order) -> Decimal:
    return Decimal(minor_units).scaleb(-CURRENCY_EXPONENT[order.currency])


@pytest.mark.parametrize("way", [{"bulk_from": "never"}, {"bulk_from": "never", "page_size": 2, "nested_page_size": 1},
                                 {"bulk_from": 0}])  # fmt: skip
def test_orders_with_their_lines_and_refunds_are_the_store_s(way: dict[str, Any], sandbox: SandboxServer) -> None:
    held = memory(sandbox)
    held.load(**way)
    orders = store().orders
    assert rows(held, "orders", "currency", "total", "total_refunded", "updated_at") == {
        str(order.order_id): (
            order.currency,
            money(sum(_total(line) for line in order.lines), order),
            money(order.refunded_amount, order),
            order.updated_at.replace(tzinfo=None, microsecond=0),
        )
        for order in orders
    }
    assert rows(held, "order_lines", "order_id", "sku", "quantity", "discount_amount", "tax_amount") == {
        str(line.order_line_id): (
            str(order.order_id),
            line.product_id,
            line.quantity,
            money(line.discount_amount, order),
            money(line.tax_amount, order),
        )
        for order in orders
        for line in order.lines
    }
    assert rows(held, "refund_lines", "refund_id", "order_line_id", "quantity") == {
        str(item.refund_line_id): (str(refund.refund_id), str(item.order_line_id), item.quantity)
        for order in orders
        for refund in order.refunds
        for item in refund.lines
    }
    refunded = {row["id"]: row["amount"] for row in held.living("order_transactions") if row["kind"] == "REFUND"}
    given_back = sorted(money(refund.amount, order) for order in orders for refund in order.refunds)
    assert sorted(refunded.values()) == given_back
    assert set(rows(held, "customers")) == {str(order.person_id) for order in orders}


def test_growing_with_the_store_equals_a_fresh_reading(sandbox: SandboxServer) -> None:
    grown, fresh = memory(sandbox), memory(sandbox)
    with SandboxServer(EARLIER, facts=company(EARLIER), window_scale=0.001) as earlier:
        before = memory(earlier)
        before.load()
    grown.go_on_from(before)
    grown.load()
    fresh.load()
    assert len(before.living("orders")) < len(grown.living("orders"))
    for table in ("orders", "order_lines", "order_transactions", "refunds", "refund_lines", "customers", "products"):
        assert rows(grown, table, "_record") == rows(fresh, table, "_record"), table
    assert grown.received["orders"] < fresh.received["orders"]
