"""Shopify, read over HTTP from a server that runs the connector's own queries, into a real DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, CredentialsRejected, HostUnreachable, RateLimited, VendorError
from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.source import Finding, SourceReport, StreamContext
from ingestion.sources.shopify import Settings, api, bulk, check, streams
from tests.ingestion.sources.reading import LATER, Contents, Reading
from tests.ingestion.sources.shopify_records import RATE, customer, order, product, small_shop, time
from tests.ingestion.sources.shopify_shop import TOKEN, Shop

Rows = list[tuple[Any, ...]]
THROTTLED = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
HINTS = {"requestedQueryCost": 500, "throttleStatus": {"currentlyAvailable": 100, "restoreRate": 100}}


class Loads:
    """One warehouse that any number of runs of one shop go into."""

    def __init__(self, folder: Path, shop: Shop) -> None:
        self.folder, self.shop = folder, shop

    def run(self, **changes: Any) -> SourceReport:
        settings = _settings(self.shop, **changes)
        load = SourceLoad(
            REGISTRY["shopify"], settings, self.folder / "w.duckdb", self.folder / "dlt", started_at=LATER
        )
        load.extract()
        return load.store()

    def query(self, sql: str) -> Rows:
        with duckdb.connect(str(self.folder / "w.duckdb"), read_only=True) as connection:
            return connection.execute(sql.replace("raw.", "raw_shopify.")).fetchall()

    def ids(self, table: str, where: str = "not _is_deleted") -> list[str]:
        return sorted(id_ for (id_,) in self.query(f"select id from raw.{table} where {where}"))

    def contents(self) -> Contents:
        names = [table.name for table in REGISTRY["shopify"].connector.tables(None)]
        return {name: {row["id"]: row for row in self._rows(name)} for name in names}

    def _rows(self, name: str) -> list[dict[str, Any]]:
        with duckdb.connect(str(self.folder / "w.duckdb"), read_only=True) as connection:
            sql = f"select * exclude (_extracted_at, _dlt_load_id, _record, _is_deleted) from raw_shopify.{name}"
            return connection.execute(sql).to_arrow_table().to_pylist()


@pytest.fixture(scope="module")
def served() -> Iterator[Shop]:
    """A shop that the tests of this module only read."""
    with small_shop().serve() as shop:
        yield shop


@pytest.fixture(scope="module")
def loaded(served: Shop, tmp_path_factory: pytest.TempPathFactory) -> Loads:
    loads = Loads(tmp_path_factory.mktemp("shopify"), served)
    loads.run()
    return loads


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop to change."""
    with small_shop().serve() as shop:
        yield shop


@pytest.fixture
def loads(shop: Shop, tmp_path: Path) -> Loads:
    return Loads(tmp_path, shop)


@pytest.fixture
def reading(shop: Shop) -> Reading:
    return Reading("shopify", partial(_settings, shop))


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the connector would have waited; nobody does."""
    waited: list[float] = []
    monkeypatch.setattr(api.time, "sleep", waited.append)
    monkeypatch.setattr(api.ShopifyApi.__init__, "__defaults__", (waited.append,))
    monkeypatch.setattr(bulk.BulkReader.__init__, "__defaults__", (waited.append,))
    monkeypatch.setattr(api, "ApiClient", partial(ApiClient, backoff_seconds=0.001))
    return waited


def test_every_record_arrives_with_all_that_lies_inside_it(loaded: Loads, served: Shop) -> None:
    orders = served.lists["orders"]
    assert loaded.ids("orders") == sorted(one["id"] for one in orders)
    assert loaded.ids("order_lines") == sorted(line["id"] for one in orders for line in one["lineItems"])
    assert loaded.ids("order_transactions") == sorted(move["id"] for one in orders for move in one["transactions"])
    refunds = [refund for one in orders for refund in one["refunds"]]
    assert loaded.ids("refunds") == sorted(refund["id"] for refund in refunds) != []
    inner = [line["id"] for refund in refunds for line in refund["refundLineItems"]]
    assert loaded.ids("refund_lines") == sorted(inner)
    assert loaded.ids("customers") == sorted(one["id"] for one in served.lists["customers"])
    assert loaded.ids("products") == sorted(one["id"] for one in served.lists["products"])
    assert loaded.ids("product_variants") == sorted(one["id"] for one in served.all("productVariants"))
    assert loaded.query("select currency, name from raw.shop") == [("USD", "Test shop")]


def test_counts_of_the_shop_equal_the_rows_held(loaded: Loads) -> None:
    counted = loaded.query(
        "select table_name, vendor_total, living_rows from raw._extractions where vendor_total is not null"
    )
    assert {name for name, *_ in counted} == {"orders", "customers", "products"}
    assert all(total == living for _, total, living in counted)


def test_sums_inside_a_line_are_exact(loaded: Loads) -> None:
    found = loaded.query("select discount_amount, tax_amount, unit_price from raw.order_lines where id like '%/1000'")
    assert found == [(Decimal(5), Decimal(9), Decimal(25))]


def test_references_come_from_the_configured_fields(loaded: Loads) -> None:
    assert loaded.query("select opportunity_reference from raw.orders where name = '#1001'") == [("9001",)]
    assert loaded.query("select account_reference from raw.customers order by id") == [("7001",), (None,)]


@pytest.mark.parametrize(("page_size", "nested"), [(1, 1), (2, 2), (250, 250)])
def test_any_page_size_brings_the_same(page_size: int, nested: int, loaded: Loads, reading: Reading) -> None:
    assert reading.run(page_size=page_size, nested_page_size=nested) == loaded.contents()


def test_a_bulk_operation_brings_the_same_in_any_order_of_lines(shop: Shop, loaded: Loads, reading: Reading) -> None:
    assert reading.run(bulk_from=0) == loaded.contents()
    asked = [request["query"] for request in shop.requests]
    assert any("bulkOperationRunQuery" in query for query in asked)
    assert not any("orders(first" in query for query in asked)


def test_running_five_times_reads_little_and_changes_nothing(loaded: Loads, reading: Reading) -> None:
    for _ in range(5):
        reading.run(lag_minutes=5)
    assert reading.rows == loaded.contents()
    assert reading.received["orders"] == 1


def test_growing_in_steps_equals_a_fresh_load_and_deleted_records_are_marked(
    shop: Shop, loads: Loads, reading: Reading
) -> None:
    loads.run()
    shop.lists["orders"].append(order(8, lines=3, at=1_000, refunded_lines=1))
    shop.lists["orders"][0] = order(1, lines=2, at=10, refunded_lines=2, updatedAt=time(1_010))
    gone = shop.lists["orders"].pop(2)
    del shop.lists["products"][0]["variants"][1]
    report = loads.run()
    fresh, grown = reading.run(), loads.contents()
    assert grown["orders"].pop(gone["id"]) and grown["product_variants"].pop("gid://shopify/ProductVariant/101")
    for name in ("orders", "customers", "products", "product_variants", "refunds", "refund_lines"):
        assert grown[name] == fresh[name], name
    assert "gid://shopify/Refund/1" in grown["refunds"]
    assert loads.ids("orders", "_is_deleted") == [gone["id"]]
    assert loads.ids("product_variants", "_is_deleted") == ["gid://shopify/ProductVariant/101"]
    assert report.tables["orders"].vendor_total == report.tables["orders"].living_after == 7


@pytest.mark.parametrize("bulk_from", ["never", 0])
def test_ids_that_still_exist_are_all_listed(bulk_from: Any, served: Shop) -> None:
    for stream in streams(_settings(served, page_size=1, bulk_from=bulk_from)):
        if stream.living_keys:
            names = {"product_variants": "productVariants"}
            listed = [id_ for part in stream.living_keys() for id_ in part["id"].to_pylist()]
            assert sorted(listed) == sorted(
                one["id"] for one in served.all(names.get(stream.table.name, stream.table.name))
            )


def test_a_record_changed_between_pages_is_not_lost(shop: Shop, reading: Reading) -> None:
    def change(number: int) -> None:
        if shop.requests and "orders(first" in shop.requests[-1]["query"]:
            shop.lists["orders"][0].update(updatedAt=time(5_000), name="#changed")

    shop.before = change
    rows = reading.run(page_size=1)["orders"]
    assert len(rows) == 7
    assert rows["gid://shopify/Order/1"]["name"] == "#changed"


def test_duplicates_across_pages_are_one_row(shop: Shop, reading: Reading, loaded: Loads) -> None:
    last: list[Any] = []

    def repeat(body: Any) -> Any:
        page = ((body.get("data") or {}).get("orders") or {}).get("nodes")
        if page and "lineItems" in page[0]:
            page[:0] = last[-1:]
            last[:] = page
        return body

    shop.spoil = repeat
    assert reading.run(page_size=2) == loaded.contents()
    assert reading.received["orders"] > 7


def test_an_order_of_the_last_minute_waits_for_the_next_run(shop: Shop, reading: Reading) -> None:
    shop.lists["orders"].append(order(9, at=1_000))
    reading.run(at=datetime(2024, 1, 1, 16, 40, 30))  # half a minute after it was placed
    assert "gid://shopify/Order/9" not in reading.rows["orders"]
    assert reading.totals["orders"] == 7
    reading.run(at=datetime(2024, 1, 1, 17, 40), lag_minutes=0)
    assert "gid://shopify/Order/9" in reading.rows["orders"]


def test_a_late_record_within_the_lag_arrives(shop: Shop, reading: Reading) -> None:
    reading.run()
    shop.lists["customers"].append(customer(3, createdAt=time(1), updatedAt=time(1)))
    assert "gid://shopify/Customer/3" in reading.run()["customers"]


def test_a_tie_at_the_mark_arrives_without_any_lag(shop: Shop, reading: Reading) -> None:
    reading.run(lag_minutes=0)
    shop.lists["customers"].append(customer(3, createdAt=time(2), updatedAt=time(2)))
    assert "gid://shopify/Customer/3" in reading.run(lag_minutes=0)["customers"]


def test_an_order_deleted_while_its_lines_are_paged_is_no_error(shop: Shop, reading: Reading) -> None:
    def remove(number: int) -> None:
        if shop.requests and "orders(first" in shop.requests[-1]["query"]:
            shop.lists["orders"] = [one for one in shop.lists["orders"] if not one["id"].endswith("/2")]

    shop.before = remove
    rows = reading.run(nested_page_size=2)
    assert len(rows["order_lines"]) == 2 + 1 + 8 + 1  # the first page of the order that went is kept
    assert any("node(id" in request["query"] for request in shop.requests)


def test_without_the_scope_for_all_orders_nothing_is_read(shop: Shop, reading: Reading) -> None:
    shop.scopes = ("read_orders", "read_customers", "read_products")
    with pytest.raises(CredentialsRejected, match="read_all_orders"):
        reading.run()
    _, lacking = check(_settings(shop))
    assert not lacking.ok and "older than 60 days" in lacking.text
    assert lacking.remedy and "all_orders = false" in lacking.remedy
    (enough,) = check(_settings(shop, all_orders=False))
    assert enough.ok and "last 60 days only" in enough.text


def test_orders_out_of_reach_do_not_pass_for_deleted(shop: Shop, reading: Reading) -> None:
    reading.run(all_orders=False)
    assert reading.totals["orders"] is None
    by_name = {stream.table.name: stream for stream in streams(_settings(shop, all_orders=False))}
    assert by_name["orders"].living_keys is None
    assert by_name["customers"].living_keys is not None


def test_another_currency_reads_everything_anew(reading: Reading) -> None:
    euros = "gid://shopify/Order/3"
    found = reading.run()["orders"][euros]
    assert (found["currency"], found["total"]) == ("USD", Decimal(108) * RATE)
    found = reading.run(money="presentment", lag_minutes=0)["orders"][euros]
    assert (found["currency"], found["total"]) == ("EUR", Decimal(108))


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_throttled_waits_as_long_as_shopify_says(
    shop: Shop, reading: Reading, loaded: Loads, waits: list[float]
) -> None:
    shop.faults = [(200, {}, {**THROTTLED, "extensions": {"cost": HINTS}})] * 3
    assert reading.run() == loaded.contents()
    assert waits == [4.0, 4.0, 4.0]


def test_throttled_without_hints_waits_longer_each_time(shop: Shop, reading: Reading, waits: list[float]) -> None:
    shop.faults = [(200, {}, THROTTLED)] * 4
    reading.run()
    assert waits == [0.5, 1.0, 2.0, 4.0]


def test_throttled_for_ever_ends(shop: Shop) -> None:
    shop.faults = [(200, {}, THROTTLED)] * 50
    with pytest.raises(RateLimited, match="still throttled"):
        check(_settings(shop))


def test_a_storm_of_5xx_and_429_is_ridden_out(shop: Shop, reading: Reading, loaded: Loads) -> None:
    shop.faults = [(503, {}, ""), (502, {}, ""), (429, {"Retry-After": "0"}, ""), (429, {}, "")] * 1
    assert reading.run() == loaded.contents()


def test_an_outage_is_said(shop: Shop) -> None:
    shop.faults = [(503, {}, "")] * 50
    with pytest.raises(HostUnreachable, match="503"):
        check(_settings(shop))


def test_a_query_too_costly_is_asked_for_less(shop: Shop, reading: Reading, loaded: Loads) -> None:
    shop.max_cost = 3
    assert reading.run() == loaded.contents()


def test_a_query_too_costly_at_any_size_is_said(shop: Shop, reading: Reading) -> None:
    shop.max_cost = 0
    with pytest.raises(VendorError, match="Query cost"):
        reading.run()


@pytest.mark.parametrize(
    ("error", "raised", "said"),
    [
        (
            {"message": "Field 'x' doesn't exist", "extensions": {"code": "undefinedField"}},
            VendorError,
            "doesn't exist",
        ),
        (
            {"message": "Access denied for orders field.", "extensions": {"code": "ACCESS_DENIED"}},
            CredentialsRejected,
            "denie",
        ),
    ],
)
def test_an_error_inside_200_is_raised_even_beside_data(
    error: Any, raised: type[Exception], said: str, shop: Shop, reading: Reading
) -> None:
    shop.spoil = lambda body: {**body, "errors": [error]}
    with pytest.raises(raised, match=said):
        reading.run()


def test_an_invalid_cursor_is_raised(shop: Shop, reading: Reading) -> None:
    def expire(body: Any) -> Any:
        connection = (body.get("data") or {}).get("orders")
        if connection and connection["pageInfo"]["hasNextPage"]:
            connection["pageInfo"]["endCursor"] = "expired"
        return body

    shop.spoil = expire
    with pytest.raises(VendorError, match="Invalid cursor"):
        reading.run(page_size=2)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda connection: connection.pop("nodes"), "no list at `orders.nodes`"),
        (lambda connection: connection.pop("pageInfo"), "next page"),
        (lambda connection: connection["pageInfo"].update(hasNextPage=True, endCursor=None), "cursor does not move"),
        (lambda connection: connection["pageInfo"].update(hasNextPage=True, endCursor="WyIiXQ=="), "does not move"),
    ],
)
def test_an_answer_of_another_shape_is_refused(
    spoil: Callable[[Any], Any], said: str, shop: Shop, reading: Reading
) -> None:
    def altered(body: Any) -> Any:
        if connection := (body.get("data") or {}).get("orders"):
            spoil(connection)
        return body

    shop.spoil = altered
    with pytest.raises(BrokenPagination, match=said):
        reading.run()


def test_new_dropped_and_retyped_fields(shop: Shop, reading: Reading) -> None:
    def drift(body: Any) -> Any:
        for record in ((body.get("data") or {}).get("orders") or {}).get("nodes", []):
            record["introduced"] = 1
            record.pop("cancelReason", None)
            if record["id"].endswith("/1") and "totalPriceSet" in record:
                record["totalPriceSet"]["shopMoney"]["amount"] = "a lot"
        return body

    shop.spoil = drift
    rows = reading.run()["orders"]
    assert reading.rejected == [("orders", "total is not a decimal")]
    assert len(rows) == 6
    assert {row["cancel_reason"] for row in rows.values()} == {None}


# ── bulk operations ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_failed_bulk_operation_is_raised(shop: Shop, reading: Reading) -> None:
    shop.bulk_states, shop.bulk_error = ["CREATED", "FAILED"], "TIMEOUT"
    with pytest.raises(VendorError, match=r"ended FAILED \(TIMEOUT\)"):
        reading.run(bulk_from=0)


def test_a_file_cut_short_is_refused(shop: Shop, reading: Reading) -> None:
    class Cut(list[str]):
        def append(self, text: str) -> None:
            super().append(text[: text.rindex("\n", 0, -1) + 1])

    shop._files = Cut()
    with pytest.raises(BrokenPagination, match="gave 1 of 2 records"):
        reading.run(bulk_from=0)


def test_a_refused_bulk_operation_is_raised(shop: Shop, reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = {
        "bulkOperation": None,
        "userErrors": [{"field": None, "message": "A bulk query operation is in progress"}],
    }
    monkeypatch.setattr(shop, "_bulk_operation_run_query", lambda info, query: refused)
    with pytest.raises(VendorError, match="in progress"):
        reading.run(bulk_from=0)


# ── access ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_wrong_token_is_said_without_being_shown(shop: Shop) -> None:
    with pytest.raises(CredentialsRejected) as caught:
        check(_settings(shop, access_token="shpat_wrong"))
    assert "sources.shopify" in caught.value.remedy
    assert "shpat" not in str(caught.value) + caught.value.remedy


def test_missing_scopes_are_named(shop: Shop) -> None:
    shop.scopes = ("read_all_orders", "write_products")
    first, *others = check(_settings(shop))
    assert first.ok
    assert [(finding.ok, finding.text) for finding in others] == [
        (False, "may not read orders: the token lacks read_orders"),
        (False, "may not read customers: the token lacks read_customers"),
    ]


def test_check_says_what_answered(served: Shop) -> None:
    assert check(_settings(served)) == [Finding(True, "Shopify 2026-10: Test shop, USD, all orders")]


def test_an_unknown_version_is_said(shop: Shop) -> None:
    with pytest.raises(VendorError, match="HTTP 404"):
        check(_settings(shop, api_version="2019-01"))


def test_a_shop_without_records_is_empty() -> None:
    with Shop().serve() as shop:
        reading = Reading("shopify", partial(_settings, shop))
        assert reading.run(bulk_from=0)["orders"] == {}
        shop.lists["products"].append(product(1))
        assert list(reading.run(bulk_from=0)["products"]) == ["gid://shopify/Product/1"]


def test_nothing_is_requested_before_pages_are_read(shop: Shop) -> None:
    list(streams(_settings(shop)))
    assert shop.requests == []
    first = next(iter(streams(_settings(shop))))
    assert list(first.pages(StreamContext({}, started_at=datetime(2025, 1, 1))))


def _settings(shop: Shop, **changes: Any) -> Settings:
    given = {"base_url": shop.base_url, "access_token": TOKEN, **changes}
    return Settings(name="shopify", **given)
