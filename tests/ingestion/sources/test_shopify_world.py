"""Shopify, read from the sandbox's shop, against the company behind it, through every fault the sandbox plants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from ingestion.client import ApiClient
from ingestion.sandbox.facts import CURRENCY_EXPONENT, Facts, Order, view
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import simulate
from ingestion.sources.shopify import Settings, api
from tests.ingestion.sources.reading import Contents, Reading

AS_OF = date(2024, 12, 31)


@pytest.fixture(scope="module")
def company() -> Facts:
    return simulate(AS_OF, scale=0.3, mix={"postgres_orders": 0, "shopify": 100})


@pytest.fixture(scope="module")
def orders(company: Facts) -> list[Order]:
    found = view(company, "shopify").orders
    assert any(order.refunds for order in found) and len(found) > 20
    return found


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "ApiClient", partial(ApiClient, backoff_seconds=0.001))
    monkeypatch.setattr(api.ShopifyApi.__init__, "__defaults__", (lambda seconds: None,))


@pytest.fixture
def reading(company: Facts, request: pytest.FixtureRequest) -> Iterator[Reading]:
    """Runs against the shop with the faults that the test names, in pages of seven."""
    with SandboxServer(AS_OF, facts=company, window_scale=0.0001, page_cap=7, defects=request.param) as sandbox:
        yield Reading("shopify", partial(Settings, **{**sandbox.overlay()["shopify"], "name": "shopify"}))


@pytest.mark.parametrize(
    "reading",
    [(), ("rate_limit_storm",), ("outage",), ("duplicates",), ("schema_drift",), ("error_in_200",)],
    ids=lambda faults: "+".join(faults) or "none",
    indirect=True,
)
def test_the_raw_tables_hold_the_company_s_orders(reading: Reading, orders: list[Order]) -> None:
    for _ in range(2):
        rows = reading.run(money="presentment")
    assert reading.rejected == []
    assert _numbers(rows, "orders") == {order.order_id for order in orders}
    assert _numbers(rows, "order_lines") == {line.order_line_id for order in orders for line in order.lines}
    assert _numbers(rows, "refunds") == {refund.refund_id for order in orders for refund in order.refunds}
    inner = {line.refund_line_id for order in orders for refund in order.refunds for line in refund.lines}
    assert _numbers(rows, "refund_lines") == inner
    held = {_number(id_): row for id_, row in rows["orders"].items()}
    for order in orders:
        assert held[order.order_id]["currency"] == order.currency
        assert held[order.order_id]["total"] == _units(order, sum(_with_tax(line) for line in order.lines))
        assert (held[order.order_id]["cancelled_at"] is None) == (order.status.current != "cancelled")
    back = {_number(row["order_id"]): row["total_refunded"] for row in rows["refunds"].values()}
    assert back == {order.order_id: _units(order, order.refunded_amount) for order in orders if order.refunds}


def _with_tax(line: Any) -> int:
    return int(line.quantity * line.unit_amount - line.discount_amount + line.tax_amount)


def _units(order: Order, minor: int) -> Decimal:
    return Decimal(minor).scaleb(-CURRENCY_EXPONENT[order.currency])


def _number(gid: str) -> int:
    return int(gid.rsplit("/", 1)[-1])


def _numbers(rows: Contents, table: str) -> set[int]:
    return {_number(id_) for id_ in rows[table]}
