"""Stripe's own client pages through the sandbox and sees the records that the raw tables hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ingestion.sandbox.server import SandboxServer


@pytest.fixture(scope="module")
def client(sdk: Callable[[str], Any], served: SandboxServer) -> Any:
    stripe, access = sdk("stripe"), served.overlay()["stripe"]
    stripe.enable_telemetry = False
    return stripe.StripeClient(access["api_key"], base_addresses={"api": access["base_url"]}, max_network_retries=8)


@pytest.mark.parametrize(
    ("table", "params"),
    [
        ("customers", {}),
        ("products", {}),
        ("prices", {}),
        ("subscriptions", {"status": "all"}),
        ("invoices", {}),
        ("charges", {}),
        ("refunds", {}),
        ("credit_notes", {}),
    ],
)
def test_lists(client: Any, raw: Callable[[str], Any], table: str, params: dict[str, Any]) -> None:
    seen = [record.id for record in getattr(client.v1, table).list(params).auto_paging_iter()]
    assert sorted(seen) == raw("stripe").column(table, "id")
    assert len(seen) > 3 or table in ("refunds", "credit_notes"), "the list has several pages"


def test_lines_of_bills_beyond_their_first_page(client: Any, raw: Callable[[str], Any]) -> None:
    held = raw("stripe")
    invoices = [row[0] for row in held.query("select distinct invoice from raw.invoice_lines order by 1 limit 5")]
    assert invoices
    for invoice in invoices:
        lines = [line.id for line in client.v1.invoices.line_items.list(invoice).auto_paging_iter()]
        assert sorted(lines) == [
            row[0] for row in held.query(f"select id from raw.invoice_lines where invoice = '{invoice}' order by 1")
        ]


def test_items_of_subscriptions(client: Any, raw: Callable[[str], Any]) -> None:
    held = raw("stripe")
    for (subscription,) in held.query("select id from raw.subscriptions order by 1 limit 5"):
        seen = [
            item.id for item in client.v1.subscription_items.list({"subscription": subscription}).auto_paging_iter()
        ]
        assert sorted(seen) == [
            row[0]
            for row in held.query(
                f"select id from raw.subscription_items where subscription = '{subscription}' "
                "and not _is_deleted order by 1"
            )
        ]
