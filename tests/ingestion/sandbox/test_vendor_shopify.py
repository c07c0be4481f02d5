"""Shopify's Admin API in the sandbox: what the vendor's documentation promises, asked for in plain HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests

from ingestion.sandbox.facts import (
    Checkout,
    ExchangeRate,
    Facts,
    History,
    Order,
    OrderLine,
    OrderRefund,
    Price,
    Product,
    RefundLine,
)
from ingestion.sandbox.server import SandboxServer
from tests.ingestion.sandbox.conftest import AS_OF, company, day, person

ALL, RECENT, PRODUCTS = "shpat_sandbox_shopify_token", "shpat_sandbox_recent_orders", "shpat_sandbox_products_only"
EURO = Decimal("1.1")
Ask = Callable[..., dict[str, Any]]


def order(number: int, person_id: int, ordered: str, *states: tuple[str, str], **more: Any) -> Order:
    status = History(day(ordered), "placed")
    for at, state in states:
        status.set(day(at), state)
    values: dict[str, Any] = {"currency": "USD", "deal_id": None, "channel": "shopify", **more}
    lines = values.pop("lines", [OrderLine(number * 10, "prod_scanner", 2, 10_000, 500, 3_900)])
    return Order(number, 1, person_id, ordered_at=day(ordered), lines=lines, status=status,
                 updated_at=status.changed_at, **values)  # fmt: skip


def facts() -> Facts:
    refund = OrderRefund(1, day("2026-03-20"), "Damaged in transit", [RefundLine(1, 40, 1, 9_750, 1_950)])
    back = order(4, 2, "2026-03-05", ("2026-03-07", "shipped"), ("2026-03-09", "delivered"),
                 ("2026-03-20", "returned"), refunds=[refund], refunded_amount=refund.amount)  # fmt: skip
    visit = Checkout(
        "web", "/products/scanner?utm_campaign=spring", "https://www.google.com/", "google", "cpc", "spring"
    )
    many = [OrderLine(60 + number, "prod_labels", 1, 100 + number, 0, 0) for number in range(5)]
    return Facts(
        seed=1,
        scale=0.01,
        starts_on=date(2025, 1, 1),
        as_of=AS_OF,
        companies=[company(1, "Acme")],
        people=[person(1, 1), person(2, 1), person(3, 1)],
        products=[
            Product("prod_scanner", "Hand scanner", "hardware", day("2025-01-01")),
            Product("prod_labels", "Labels", "hardware", day("2025-01-01")),
            Product("prod_platform_growth", "Growth", "platform", day("2025-01-01")),
        ],
        prices=[Price("p1", "prod_scanner", "USD", 10_000, None, 1, day("2025-01-01"))],
        exchange_rates=[
            ExchangeRate(date(2026, 3, 1), "EUR", "1.100000"),
            ExchangeRate(AS_OF.date(), "EUR", "9.000000"),
        ],
        orders=[
            order(1, 1, "2025-12-01", ("2025-12-03", "shipped")),
            order(2, 1, "2026-03-01", ("2026-03-02", "cancelled"), cancel_reason="inventory"),
            order(3, 2, "2026-03-03", currency="EUR", tags=["deal:4711", "wholesale"], checkout=visit),
            back,
            order(5, 1, "2026-03-05", channel="order_database"),
            order(6, 1, "2026-03-05", lines=many),
            order(7, 2, "2026-03-05"),
        ],
    )


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(AS_OF.date(), facts=facts(), window_scale=0.001) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def ask(server: SandboxServer) -> Ask:
    return asking(server)


def asking(server: SandboxServer) -> Ask:
    def ask(query: str, token: str = ALL, /, **variables: Any) -> dict[str, Any]:
        response = post(server, {"query": query, "variables": variables}, token)
        assert response.status_code == 200, response.text
        return dict(response.json())

    return ask


def post(server: SandboxServer, body: Any, token: str = ALL, version: str = "2026-10") -> requests.Response:
    url = f"{server.base_urls['shopify']}/admin/api/{version}/graphql.json"
    return requests.post(url, json=body, headers={"X-Shopify-Access-Token": token}, timeout=30)


PAGE = """query ($first: Int, $after: String, $query: String, $sort: OrderSortKeys, $reverse: Boolean) {
  orders(first: $first, after: $after, query: $query, sortKey: $sort, reverse: $reverse) {
    edges { cursor node { legacyResourceId updatedAt } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


def walked(ask: Ask, first: int, **variables: Any) -> list[str]:
    """The numbers of the orders found, page by page."""
    found: list[str] = []
    after = None
    while True:
        page = ask(PAGE, first=first, after=after, **variables)["data"]["orders"]
        found += [edge["node"]["legacyResourceId"] for edge in page["edges"]]
        assert len(page["edges"]) <= first
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]
        assert after == page["edges"][-1]["cursor"]


def test_a_wrong_token_and_a_wrong_path_are_http_errors(server: SandboxServer) -> None:
    assert post(server, {"query": "{shop{name}}"}, token="wrong").status_code == 401
    assert post(server, {"query": "{shop{name}}"}, version="2026-09").status_code == 404
    assert post(server, {}).status_code == 400
    answer = post(server, {"query": "{shop{name currencyCode ianaTimezone}}"})
    assert answer.json()["data"]["shop"]["currencyCode"] == "USD"
    assert answer.headers["X-Shopify-API-Version"] == "2026-10"


@pytest.mark.parametrize(
    "query", ["{ orders(first: 1) { nodes { colour } } }", "{ orders(first: 1", "{ order { id } }"]
)
def test_documents_that_the_schema_refuses_come_back_under_http_200(query: str, ask: Ask) -> None:
    answer = ask(query)
    assert answer["errors"][0]["message"] and "data" not in answer


@pytest.mark.parametrize("first", [1, 2, 250])
def test_pages_of_any_size_hold_every_order_once(first: int, ask: Ask) -> None:
    assert walked(ask, first) == ["1", "2", "3", "4", "6", "7"]
    assert walked(ask, first, sort="UPDATED_AT") == ["1", "2", "3", "6", "7", "4"]
    assert walked(ask, first, sort="UPDATED_AT", reverse=True) == ["4", "7", "6", "3", "2", "1"]


def test_pages_go_backwards_too(ask: Ask) -> None:
    query = """query ($before: String) { orders(last: 2, before: $before, sortKey: ID) {
      nodes { legacyResourceId } pageInfo { hasPreviousPage hasNextPage startCursor } } }"""
    last = ask(query)["data"]["orders"]
    assert [node["legacyResourceId"] for node in last["nodes"]] == ["6", "7"]
    assert (last["pageInfo"]["hasPreviousPage"], last["pageInfo"]["hasNextPage"]) == (True, False)
    before = ask(query, before=last["pageInfo"]["startCursor"])["data"]["orders"]
    assert [node["legacyResourceId"] for node in before["nodes"]] == ["3", "4"]
    assert before["pageInfo"]["hasNextPage"] is True


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "first or last"),
        ("first: 251", "250"),
        ("first: 2, after: \"bm9uc2Vuc2U=\"", "Invalid cursor"),
    ],
)  # fmt: skip
def test_pages_that_cannot_be_given_are_refused(arguments: str, message: str, ask: Ask) -> None:
    answer = ask(f"{{ orders{f'({arguments})' if arguments else ''} {{ nodes {{ id }} }} }}")
    assert message in answer["errors"][0]["message"]
    assert answer["data"] is None


def test_a_cursor_of_another_order_is_invalid(ask: Ask) -> None:
    page = ask("{ products(first: 1, sortKey: TITLE) { pageInfo { endCursor } } }")["data"]["products"]
    answer = ask(PAGE, first=1, after=page["pageInfo"]["endCursor"])
    assert "Invalid cursor" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("updated_at:>='2026-03-05T09:00:00Z'", ["4", "6", "7"]),
        ("updated_at:>'2026-03-05T09:00:00Z'", ["4"]),
        ("updated_at:>'2026-03-05T10:00:00+01:00'", ["4"]),
        ("created_at:<2026-01-01", ["1"]),
        ("created_at:>=2026-03-01 created_at:<2026-03-05", ["2", "3"]),
        ("id:>3 AND id:<=6", ["4", "6"]),
        ("id:1 OR id:7", ["1", "7"]),
        ("(id:1 OR id:7) AND NOT id:1", ["7"]),
        ("-id:1 status:cancelled", ["2"]),
        ("financial_status:partially_refunded", ["4"]),
        ("tag:wholesale", ["3"]),
        ("customer_id:2", ["3", "4", "7"]),
        ("", ["1", "2", "3", "4", "6", "7"]),
    ],
)
def test_the_search_syntax_finds_what_it_says(query: str, found: list[str], ask: Ask) -> None:
    assert walked(ask, 2, query=query, sort="ID") == found
    assert ask("query ($q: String) { ordersCount(query: $q) { count precision } }", q=query)["data"]["ordersCount"] == {
        "count": len(found),
        "precision": "EXACT",
    }


def test_a_field_that_cannot_be_searched_is_ignored_with_a_warning(ask: Ask) -> None:
    answer = ask(PAGE, first=50, query="changed_at:>2026-03-05")
    assert len(answer["data"]["orders"]["edges"]) == 6
    (warned,) = answer["extensions"]["search"]
    assert warned["warnings"][0]["code"] == "invalid_field"


def test_nested_connections_have_pages_of_their_own(ask: Ask) -> None:
    query = """query ($after: String) { order(id: "gid://shopify/Order/6") {
      lineItems(first: 2, after: $after) { edges { node { id sku } } pageInfo { hasNextPage endCursor } }
    } }"""
    seen: list[str] = []
    after = None
    for _ in range(3):
        page = ask(query, after=after)["data"]["order"]["lineItems"]
        seen += [edge["node"]["id"].rsplit("/", 1)[-1] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == ["60", "61", "62", "63", "64"]
    assert page["pageInfo"]["hasNextPage"] is False


MONEY = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"
WHOLE = f"""query ($id: ID!) {{ order(id: $id) {{
  name cancelledAt cancelReason displayFinancialStatus displayFulfillmentStatus presentmentCurrencyCode tags
  customAttributes {{ key value }}
  totalPriceSet {MONEY} totalTaxSet {MONEY} totalDiscountsSet {MONEY} currentTotalPriceSet {MONEY}
  totalRefundedSet {MONEY} totalReceivedSet {MONEY}
  lineItems(first: 5) {{ nodes {{ quantity currentQuantity originalUnitPriceSet {MONEY} discountedTotalSet {MONEY}
    taxLines {{ rate priceSet {MONEY} }} product {{ title }} variant {{ sku price }} }} }}
  transactions(first: 10) {{ kind status amountSet {MONEY} }}
  fulfillments(first: 10) {{ displayStatus deliveredAt }}
  refunds(first: 10) {{ note totalRefundedSet {MONEY}
    refundLineItems(first: 5) {{ nodes {{ quantity subtotalSet {MONEY} totalTaxSet {MONEY} lineItem {{ id }} }} }} }}
  customerJourneySummary {{ lastVisit {{ landingPage utmParameters {{ source medium campaign }} }} }}
}} }}"""


def whole(ask: Ask, number: int) -> dict[str, Any]:
    answer = ask(WHOLE, id=f"gid://shopify/Order/{number}")
    assert "errors" not in answer, answer
    return dict(answer["data"]["order"])


def test_money_is_text_in_two_currencies_converted_on_the_day_of_the_order(ask: Ask) -> None:
    found = whole(ask, 3)
    assert found["presentmentCurrencyCode"] == "EUR"
    assert found["totalPriceSet"] == {
        "shopMoney": {"amount": "257.4", "currencyCode": "USD"},
        "presentmentMoney": {"amount": "234.0", "currencyCode": "EUR"},
    }
    (line,) = found["lineItems"]["nodes"]
    assert Decimal(line["originalUnitPriceSet"]["shopMoney"]["amount"]) == 100 * EURO
    assert line["discountedTotalSet"]["presentmentMoney"]["amount"] == "195.0"
    assert line["taxLines"][0]["priceSet"]["presentmentMoney"]["amount"] == "39.0"
    assert (found["tags"], found["customAttributes"]) == (
        ["deal:4711", "wholesale"],
        [{"key": "crm_deal_id", "value": "4711"}],
    )
    assert found["customerJourneySummary"]["lastVisit"]["utmParameters"]["campaign"] == "spring"


def test_the_parts_of_an_order_add_up_in_both_currencies(ask: Ask) -> None:
    for number in (1, 2, 3, 4, 6, 7):
        found = whole(ask, number)
        for kind in ("shopMoney", "presentmentMoney"):
            lines = sum(Decimal(line["discountedTotalSet"][kind]["amount"]) for line in found["lineItems"]["nodes"])
            tax = Decimal(found["totalTaxSet"][kind]["amount"])
            assert lines + tax == Decimal(found["totalPriceSet"][kind]["amount"])


def test_states_follow_payment_and_shipment(ask: Ask) -> None:
    states = {
        number: (found["displayFinancialStatus"], found["displayFulfillmentStatus"], len(found["transactions"]))
        for number in (1, 2, 3, 4)
        for found in [whole(ask, number)]
    }
    assert states == {
        1: ("PAID", "FULFILLED", 2),
        2: ("VOIDED", "UNFULFILLED", 2),
        3: ("AUTHORIZED", "UNFULFILLED", 1),
        4: ("PARTIALLY_REFUNDED", "FULFILLED", 3),
    }
    cancelled = whole(ask, 2)
    assert (cancelled["cancelReason"], cancelled["cancelledAt"]) == ("INVENTORY", "2026-03-02T09:00:00Z")
    assert cancelled["currentTotalPriceSet"]["shopMoney"]["amount"] == "0.0"


def test_a_refund_is_told_line_by_line(ask: Ask) -> None:
    found = whole(ask, 4)
    (refund,) = found["refunds"]
    (line,) = refund["refundLineItems"]["nodes"]
    assert (line["quantity"], line["lineItem"]["id"]) == (1, "gid://shopify/LineItem/40")
    assert (line["subtotalSet"]["shopMoney"]["amount"], line["totalTaxSet"]["shopMoney"]["amount"]) == ("97.5", "19.5")
    assert (
        refund["totalRefundedSet"]["shopMoney"]["amount"] == "117.0" == found["totalRefundedSet"]["shopMoney"]["amount"]
    )
    assert found["currentTotalPriceSet"]["shopMoney"]["amount"] == "117.0"
    assert [item["kind"] for item in found["transactions"]] == ["AUTHORIZATION", "CAPTURE", "REFUND"]
    assert found["lineItems"]["nodes"][0]["currentQuantity"] == 1


def test_customers_change_with_their_orders(ask: Ask) -> None:
    query = """{ customers(first: 10) { nodes { legacyResourceId createdAt updatedAt numberOfOrders
      amountSpent { amount } metafield(namespace: "custom", key: "crm_account_id") { value }
      orders(first: 5) { nodes { name } } } } }"""
    one, two = ask(query)["data"]["customers"]["nodes"]
    assert (one["legacyResourceId"], one["numberOfOrders"], one["amountSpent"]["amount"]) == ("1", "3", "234.0")
    assert (two["createdAt"], two["updatedAt"]) == ("2026-03-03T09:00:00Z", "2026-03-20T09:00:00Z")
    assert two["amountSpent"]["amount"] == "117.0"
    assert one["metafield"] == {"value": "1"}
    assert [node["name"] for node in two["orders"]["nodes"]] == ["#3", "#4", "#7"]


def test_only_goods_are_in_the_store(ask: Ask) -> None:
    query = "{ products(first: 10) { nodes { title variants(first: 2) { nodes { sku price } } } } }"
    titles = {node["title"]: node["variants"]["nodes"][0] for node in ask(query)["data"]["products"]["nodes"]}
    assert titles == {
        "Hand scanner": {"sku": "prod_scanner", "price": "100.00"},
        "Labels": {"sku": "prod_labels", "price": "0.00"},
    }


def test_any_record_is_found_by_its_id(ask: Ask) -> None:
    query = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Order { name } ... on Refund { note } } }"
    ids = [f"gid://shopify/{kind}" for kind in ("Order/3", "Refund/1", "LineItem/40", "Order/5", "Order/99")]
    nodes = ask(query, ids=ids)["data"]["nodes"]
    assert [node and node["__typename"] for node in nodes] == ["Order", "Refund", "LineItem", None, None]
    assert ask('{ order(id: "gid://shopify/Refund/1") { id } }')["data"]["order"] is None


def test_orders_older_than_sixty_days_need_a_scope(ask: Ask) -> None:
    scopes = "{ currentAppInstallation { accessScopes { handle } } }"
    held = [scope["handle"] for scope in ask(scopes, RECENT)["data"]["currentAppInstallation"]["accessScopes"]]
    assert "read_all_orders" not in held
    recent = ask("{ orders(first: 50) { nodes { legacyResourceId } } }", RECENT)["data"]["orders"]["nodes"]
    assert [node["legacyResourceId"] for node in recent] == ["2", "3", "4", "6", "7"]
    assert ask('{ order(id: "gid://shopify/Order/1") { id } }', RECENT)["data"]["order"] is None


def test_a_missing_scope_is_an_error_beside_the_data(ask: Ask) -> None:
    answer = ask("{ ordersCount { count } products(first: 1) { nodes { title } } }", PRODUCTS)
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("ACCESS_DENIED", ["ordersCount"])
    assert "`read_orders`" in error["message"]
    assert answer["data"]["products"]["nodes"]


def test_cost_is_told_and_what_was_not_needed_is_given_back(ask: Ask) -> None:
    cost = ask("{ orders(first: 100) { nodes { id customer { id } } } }")["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (2 + 100 * 2, 2 + 6 * 2)
    assert cost["throttleStatus"]["maximumAvailable"] == 2000
    nested = ask("{ orders(first: 10) { edges { node { lineItems(first: 20) { nodes { id } } } } } }")
    assert nested["extensions"]["cost"]["requestedQueryCost"] == 2 + 10 * (1 + 2 + 20)


def test_a_document_too_dear_is_refused_under_http_200(ask: Ask) -> None:
    answer = ask("{ orders(first: 250) { nodes { lineItems(first: 50) { nodes { id } } } } }")
    assert answer["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert answer["errors"][0]["extensions"]["cost"] == 2 + 250 * (1 + 2 + 50)


def test_an_empty_bucket_throttles_under_http_200() -> None:
    with SandboxServer(AS_OF.date(), facts=facts(), window_scale=1000) as slow:
        ask = asking(slow)
        dear = "{ orders(first: 100) { nodes { id customer { id } lineItems(first: 1) { nodes { id } } } } }"
        answers = [ask(dear) for _ in range(60)]
        throttled = [answer for answer in answers if "errors" in answer]
        assert throttled and "data" in answers[0]
        assert throttled[0]["errors"][0]["extensions"]["code"] == "THROTTLED"
        cost = throttled[0]["extensions"]["cost"]
        assert cost["actualQueryCost"] is None
        assert cost["throttleStatus"]["currentlyAvailable"] < cost["requestedQueryCost"]
        assert "data" in ask(dear, RECENT)  # another app has a bucket of its own


RUN = """mutation ($query: String!, $groupObjects: Boolean) {
  bulkOperationRunQuery(query: $query, groupObjects: $groupObjects) {
    bulkOperation { id status } userErrors { field message code }
  }
}"""
POLL = "{ currentBulkOperation { id status errorCode objectCount rootObjectCount fileSize url } }"
BULK = """{ orders(query: "id:>3") { edges { node { id name refunds { id }
  lineItems { edges { node { id sku } } } } } } }"""


@pytest.mark.parametrize("is_grouped", [True, False])
def test_a_bulk_operation_leaves_a_line_for_each_node(is_grouped: bool, ask: Ask) -> None:
    started = ask(RUN, query=BULK, groupObjects=is_grouped)["data"]["bulkOperationRunQuery"]
    assert (started["bulkOperation"]["status"], started["userErrors"]) == ("CREATED", [])
    busy = ask(RUN, query=BULK)["data"]["bulkOperationRunQuery"]
    assert busy["userErrors"][0]["code"] == "OPERATION_IN_PROGRESS"
    assert ask(POLL)["data"]["currentBulkOperation"]["status"] == "RUNNING"
    done = ask(POLL)["data"]["currentBulkOperation"]
    assert (done["status"], done["objectCount"], done["rootObjectCount"]) == ("COMPLETED", "10", "3")
    content = requests.get(done["url"], timeout=30).text
    assert done["fileSize"] == str(len(content.encode()))
    lines = [json.loads(line) for line in content.splitlines()]
    kinds = ["child" if "__parentId" in line else "order" for line in lines]
    assert kinds == (
        ["order", "child", "order", *["child"] * 5, "order", "child"] if is_grouped else ["order"] * 3 + ["child"] * 7
    )
    assert {line["__parentId"] for line in lines if "sku" in line} == {f"gid://shopify/Order/{n}" for n in (4, 6, 7)}
    assert lines[0] == {"id": "gid://shopify/Order/4", "name": "#4", "refunds": [{"id": "gid://shopify/Refund/1"}]}


def test_a_bulk_operation_that_finds_nothing_has_no_file(ask: Ask) -> None:
    ask(RUN, query='{ orders(query: "id:999") { edges { node { id } } } }')
    ask(POLL)
    done = ask(POLL)["data"]["currentBulkOperation"]
    assert (done["status"], done["objectCount"], done["url"]) == ("COMPLETED", "0", None)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ shop { name } }", "at least one connection"),
        ("{ orders { edges { node { name lineItems { edges { node { id } } } } } } }", "'id' field"),
        ("{ orders { edges { node { id refunds { refundLineItems { edges { node { id } } } } } } } }", "within a list"),
        ("{ orders { edges { node { colour } } } }", "colour"),
        ("{ orders {", "Syntax Error"),
    ],
)
def test_a_query_that_cannot_run_in_bulk_is_a_user_error(query: str, message: str, ask: Ask) -> None:
    answer = ask(RUN, query=query)["data"]["bulkOperationRunQuery"]
    assert answer["bulkOperation"] is None
    assert message in answer["userErrors"][0]["message"]


def test_a_bulk_operation_fails_without_its_scope_and_can_be_cancelled(ask: Ask) -> None:
    ask(RUN, PRODUCTS, query="{ orders { edges { node { id } } } }")
    ask(POLL, PRODUCTS)
    failed = ask(POLL, PRODUCTS)["data"]["currentBulkOperation"]
    assert (failed["status"], failed["errorCode"]) == ("FAILED", "ACCESS_DENIED")
    started = ask(RUN, PRODUCTS, query="{ products { edges { node { id } } } }")["data"]["bulkOperationRunQuery"]
    cancel = "mutation ($id: ID!) { bulkOperationCancel(id: $id) { bulkOperation { status } userErrors { message } } }"
    first = ask(cancel, PRODUCTS, id=started["bulkOperation"]["id"])["data"]["bulkOperationCancel"]
    again = ask(cancel, PRODUCTS, id=started["bulkOperation"]["id"])["data"]["bulkOperationCancel"]
    assert first == {"bulkOperation": {"status": "CANCELED"}, "userErrors": []}
    assert "cannot be canceled" in again["userErrors"][0]["message"]


def test_small_pages_are_given_where_the_server_caps_them() -> None:
    with SandboxServer(AS_OF.date(), facts=facts(), window_scale=0.001, page_cap=2) as narrow:
        assert walked(asking(narrow), 250) == ["1", "2", "3", "4", "6", "7"]


def test_times_are_whole_seconds_in_utc(ask: Ask) -> None:
    for edge in ask(PAGE, first=50)["data"]["orders"]["edges"]:
        assert datetime.strptime(edge["node"]["updatedAt"], "%Y-%m-%dT%H:%M:%SZ")
