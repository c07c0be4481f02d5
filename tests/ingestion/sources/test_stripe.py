"""A Stripe account is read whole, then by its events, and equals a full load at any later day."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.errors import BrokenPagination, CredentialsRejected, HostUnreachable, IngestionError, VendorError
from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.sandbox.facts import Facts
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import BEFORE_ACQUISITIONS, simulate
from ingestion.source import SourceReport, StreamContext
from ingestion.sources.stripe import Settings, check
from ingestion.sources.stripe.api import StripeApi

SPEC = REGISTRY["stripe"]
TABLES = {table.name: table for table in SPEC.connector.tables(None)}
SCALE = 0.1
SMALL_AS_OF = date(2023, 12, 31)


def load(folder: Path, overlay: dict[str, str], **more: Any) -> SourceReport:
    """One run into the database of `folder`."""
    run = SourceLoad(SPEC, Settings(name="stripe", **overlay, **more), folder / "w.duckdb", folder / "dlt")
    run.extract()
    return run.store()


def rows(folder: Path, table: str) -> list[tuple[Any, ...]]:
    """The declared columns of the living rows."""
    # A coupon expanded inside a discount carries how often it was redeemed by now: that changes without the invoice.
    names = ", ".join(f'"{c.name}"' for c in TABLES[table].columns if c.name != "discounts")
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        return connection.execute(
            f"select {names} from raw_stripe.{table} where not _is_deleted order by all"
        ).fetchall()


def ids(folder: Path, table: str) -> set[str]:
    return {row[0] for row in rows(folder, table)}


def company(day: date) -> Facts:
    """The company before it bought others: all of its billing is Stripe's, deletions included."""
    return simulate(day, scale=SCALE, mix=BEFORE_ACQUISITIONS)


@pytest.fixture(scope="module")
def deletion() -> datetime:
    """When accounting deleted a customer who had been billed."""
    facts = company(date(2026, 11, 22))
    billed = {invoice.customer_id for invoice in facts.invoices}
    return max(c.deleted_at for c in facts.billing_customers if c.deleted_at and c.customer_id in billed)


@pytest.fixture(scope="module")
def before(deletion: datetime) -> Iterator[SandboxServer]:
    day = deletion.date() - timedelta(days=1)
    with SandboxServer(day, facts=company(day), window_scale=0.001) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def after(deletion: datetime) -> Iterator[SandboxServer]:
    day = deletion.date() + timedelta(days=6)
    with SandboxServer(day, facts=company(day), window_scale=0.001) as sandbox:
        yield sandbox


@dataclass
class Runs:
    """What three runs left: twice on the day before the deletion, then some days later."""

    folder: Path
    reports: list[SourceReport]
    contents: list[dict[str, list[tuple[Any, ...]]]]


@pytest.fixture(scope="module")
def runs(before: SandboxServer, after: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    found = Runs(tmp_path_factory.mktemp("runs"), [], [])
    for sandbox in (before, before, after):
        found.reports.append(load(found.folder, sandbox.overlay()["stripe"]))
        found.contents.append({table: rows(found.folder, table) for table in TABLES})
    return found


@pytest.fixture(scope="module")
def small() -> Facts:
    """A company so small that single-row pages take a moment, with one invoice of fourteen lines."""
    facts = deepcopy(simulate(SMALL_AS_OF, scale=0.02))
    invoice = next(invoice for invoice in facts.invoices if invoice.subscription_id)
    subscription = next(s for s in facts.subscriptions if s.subscription_id == invoice.subscription_id)
    line, item = invoice.lines[0], subscription.items[0]
    for number in range(13):
        subscription.items.append(replace(item, item_id=f"si_more{number:02d}"))
        invoice.lines.append(replace(line, line_id=f"il_more{number:02d}", subscription_item_id=f"si_more{number:02d}"))
    used = {line.price_id for i in facts.invoices for line in i.lines}
    facts.prices = [price for price in facts.prices if price.price_id in used]
    return facts


def test_the_raw_tables_hold_what_the_company_has(before: SandboxServer, runs: Runs) -> None:
    facts = before.facts
    found = {table: {row[0] for row in content} for table, content in runs.contents[0].items()}

    assert found["products"] == {p.product_id for p in facts.products}
    assert found["prices"] == {p.price_id for p in facts.prices}
    assert found["subscriptions"] == {s.subscription_id for s in facts.subscriptions}
    items = {i.item_id for s in facts.subscriptions for i in s.items if i.terms.current[1] > 0}
    assert items <= found["subscription_items"]
    assert found["invoices"] == {i.invoice_id for i in facts.invoices}
    assert found["invoice_lines"] == {line.line_id for i in facts.invoices for line in i.lines}
    assert found["credit_notes"] == {c.credit_note_id for c in facts.credit_notes}
    assert found["refunds"] == {r.refund_id for r in facts.refunds}
    assert len(found["charges"]) == len(facts.payments)
    billed = {i.customer_id for i in facts.invoices} | {s.customer_id for s in facts.subscriptions}
    assert found["customers"] == {c.customer_id for c in facts.billing_customers if c.deleted_at is None} | billed


def test_a_second_run_reads_little_and_changes_nothing(runs: Runs) -> None:
    assert runs.contents[1] == runs.contents[0]
    tables = runs.reports[1].tables
    assert sum(tables[name].received for name in ("invoices", "subscriptions", "customers")) < 10


def test_a_later_run_brings_the_changes_and_equals_a_full_load(
    before: SandboxServer, after: SandboxServer, runs: Runs, tmp_path: Path
) -> None:
    load(tmp_path, after.overlay()["stripe"])

    mark = max(i.updated_at for i in before.facts.invoices) - timedelta(hours=1)
    touched = [i for i in after.facts.invoices if i.updated_at >= mark]
    assert 0 < runs.reports[2].tables["invoices"].received <= len(touched) < len(after.facts.invoices)
    for table in set(TABLES) - {"subscription_items"}:
        assert runs.contents[2][table] == rows(tmp_path, table), table
    # Items that were taken off a subscription stay in the raw table; a full load no longer finds them.
    assert set(rows(tmp_path, "subscription_items")) <= set(runs.contents[2]["subscription_items"])


def test_a_deleted_customer_is_marked_and_keeps_its_particulars(
    before: SandboxServer, after: SandboxServer, runs: Runs
) -> None:
    gone = [c for c in after.facts.billing_customers if c.deleted_at and c.deleted_at > before.facts.as_of]
    earlier, now = ({row[0]: row for row in content["customers"]} for content in runs.contents[1:])

    assert gone
    for customer in gone:
        assert now[customer.customer_id][:-1] == earlier[customer.customer_id][:-1]
        assert (earlier[customer.customer_id][-1], now[customer.customer_id][-1]) == (None, True)


def test_after_a_gap_longer_than_the_event_log_everything_is_read_again(
    deletion: datetime, before: SandboxServer, tmp_path: Path
) -> None:
    day = deletion.date() + timedelta(days=45)
    with SandboxServer(day, facts=company(day), window_scale=0.001) as later:
        load(tmp_path / "gap", before.overlay()["stripe"])
        report = load(tmp_path / "gap", later.overlay()["stripe"])
        load(tmp_path / "full", later.overlay()["stripe"])

    assert report.tables["invoices"].received == len(later.facts.invoices)
    for table in set(TABLES) - {"subscription_items"}:
        assert rows(tmp_path / "gap", table) == rows(tmp_path / "full", table), table
    # No event tells of the deletion any more, no list shows the customer, but its invoices name it.
    billed = {i.customer_id for i in later.facts.invoices}
    gone = {c.customer_id for c in later.facts.billing_customers if c.deleted_at and c.customer_id in billed}
    assert {row[0] for row in rows(tmp_path / "full", "customers") if row[-1]} == gone != set()


def test_small_pages_bring_the_same_rows_and_nested_lists_are_read_to_their_end(small: Facts, tmp_path: Path) -> None:
    with SandboxServer(SMALL_AS_OF, facts=small, window_scale=0.001) as sandbox:
        overlay = sandbox.overlay()["stripe"]
        load(tmp_path / "full", overlay)
        for page_size in (1, 2):
            load(tmp_path / str(page_size), overlay, page_size=page_size)

    for table in TABLES:
        for page_size in (1, 2):
            assert rows(tmp_path / str(page_size), table) == rows(tmp_path / "full", table), table
    more = {f"{number:02d}" for number in range(13)}
    assert {f"il_more{n}" for n in more} <= ids(tmp_path / "full", "invoice_lines")
    assert {f"si_more{n}" for n in more} <= ids(tmp_path / "full", "subscription_items")
    with duckdb.connect(str(tmp_path / "full" / "w.duckdb"), read_only=True) as connection:
        listed = connection.execute("select max(json_array_length(items)) from raw_stripe.subscriptions").fetchone()
    assert listed is not None and listed[0] >= 14


def test_invoices_from_a_start_date_on(small: Facts, tmp_path: Path) -> None:
    start = sorted(invoice.created_at for invoice in small.invoices)[len(small.invoices) // 2]
    with SandboxServer(SMALL_AS_OF, facts=small, window_scale=0.001) as sandbox:
        load(tmp_path, sandbox.overlay()["stripe"], start_date=start)

    wanted = {invoice.invoice_id for invoice in small.invoices if invoice.created_at >= start}
    assert ids(tmp_path, "invoices") == wanted
    assert len(wanted) < len(small.invoices)


def test_a_wrong_key_names_the_setting_and_keeps_the_secret(before: SandboxServer, tmp_path: Path) -> None:
    overlay = {**before.overlay()["stripe"], "api_key": "sk_test_not_this_one"}

    with pytest.raises(CredentialsRejected) as caught:
        load(tmp_path, overlay)

    assert "sources.stripe" in caught.value.remedy
    assert "not_this_one" not in f"{caught.value} {caught.value.remedy}"


def test_nobody_answers() -> None:
    from ingestion.sources.stripe.api import StripeApi

    settings = Settings(name="stripe", base_url="http://127.0.0.1:9", api_key="sk_test_x")
    api = StripeApi(settings, max_attempts=1)
    with pytest.raises(HostUnreachable):
        api.get("/v1/account")


def test_check_names_the_account(before: SandboxServer) -> None:
    (found,) = check(Settings(name="stripe", **before.overlay()["stripe"]))
    assert found.ok and found.text.startswith("Stripe account acct_")


def test_check_names_each_permission_that_a_restricted_key_lacks(vendor: Any) -> None:
    told = "The provided key 'rk_live_***' lacks it. Having the 'rak_credit_note_read' permission would allow this."

    def answer(asked: str, number: int) -> Any:
        if asked.startswith("/v1/credit_notes"):
            return 403, {}, {"error": {"message": told, "type": "invalid_request_error"}}
        if asked.startswith(("/v1/account", "/v1/prices")):
            return 403, {}, {"error": {"message": "No."}}
        return 200, {}, {"data": [], "has_more": False}

    found = check(Settings(name="billing", base_url=vendor(answer), api_key="rk_live_secret"))
    assert [(finding.ok, finding.text) for finding in found] == [
        (True, "Stripe answers; the key may not read which account this is"),
        (False, "may not read prices: it lacks *read* on Prices"),
        (False, "may not read credit notes: it lacks rak_credit_note_read"),
    ]
    assert "sources.billing" in found[2].remedy and "rk_live" not in str(found)


@contextmanager
def answering(*bodies: Any) -> Iterator[str]:
    """A server that gives one body after the other, the last one for ever."""
    left = list(bodies)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(left.pop(0) if len(left) > 1 else left[0]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


ROW = {"id": "x_1", "object": "product", "created": 1}


@pytest.mark.parametrize(
    ("bodies", "error", "words"),
    [
        ([{"error": {"type": "api_error", "message": "try later"}}], VendorError, "try later"),
        ([{"object": "list", "rows": [], "has_more": False}], BrokenPagination, "no list at `data`"),
        ([{"object": "list", "data": [ROW]}], BrokenPagination, "has_more"),
        ([{"object": "list", "data": [], "has_more": True}], BrokenPagination, "has_more"),
        ([{"object": "list", "data": [ROW], "has_more": True}], BrokenPagination, "same page twice"),
    ],
)
def test_an_answer_that_would_lose_rows_raises(bodies: list[Any], error: type[IngestionError], words: str) -> None:
    with answering(*bodies) as url, pytest.raises(error, match=words):
        list(StripeApi(Settings(name="stripe", base_url=url, api_key="sk_test_x")).pages("/v1/products"))


def test_an_invoice_without_its_lines_raises() -> None:
    invoice = {"id": "in_1", "object": "invoice", "status": "paid", "created": 1}
    with answering({"object": "list", "data": [invoice], "has_more": False}) as url:
        settings = Settings(name="stripe", base_url=url, api_key="sk_test_x")
        lines = next(s for s in SPEC.connector.streams(settings) if s.table.name == "invoice_lines")
        with pytest.raises(BrokenPagination, match=r"invoice in_1 has no list at `lines\.data`"):
            list(lines.pages(StreamContext({}, datetime(2026, 1, 1))))
