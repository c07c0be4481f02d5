"""A shop that answers as Shopify's Admin API does: queries are run by a GraphQL library on the documented schema."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLResolveInfo,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    graphql_sync,
    parse,
    visit,
)

Record = dict[str, Any]
Fault = tuple[int, dict[str, str], Any]
TOKEN = "shpat_do_not_print"
VERSION = "2026-10"
ALL_SCOPES = ("read_orders", "read_all_orders", "read_customers", "read_products")


SCHEMA = build_schema(Path(__file__).with_name("shopify.graphql").read_text())
_SEARCH = re.compile(r"(updated_at|created_at):(>=|<=|>|<)'([^']+)'")
_SORTED_BY = {"ID": "id", "UPDATED_AT": "updatedAt", "CREATED_AT": "createdAt", "PROCESSED_AT": "processedAt"}


class Shop:
    """Records by their lists; orders hold their `lineItems`, `transactions` and `refunds`, products their `variants`.

    `faults` are answers given instead of the next ones; `before` is called with the number of each request first.
    """

    def __init__(self, **lists: list[Record]) -> None:
        self.lists: dict[str, list[Record]] = {"orders": [], "customers": [], "products": [], **lists}
        self.scopes: tuple[str, ...] = ALL_SCOPES
        self.faults: list[Fault] = []
        self.max_cost = 1_000_000
        self.bulk_states = ["CREATED", "RUNNING", "COMPLETED"]
        self.bulk_error: str | None = None
        self.before: Callable[[int], None] = lambda number: None
        self.spoil: Callable[[Any], Any] = lambda body: body
        self.requests: list[Record] = []
        self.base_url = ""
        self._files: list[str] = []
        self._operations: dict[str, Record] = {}

    def all(self, name: str) -> list[Record]:
        if name == "productVariants":
            return [variant for product in self.lists["products"] for variant in product["variants"]]
        return self.lists[name]

    # ── GraphQL ──────────────────────────────────────────────────────────────────────────────────────────────────

    def answer(self, body: Record) -> Record:
        """What the API says to one request."""
        variables = body.get("variables") or {}
        cost = variables.get("first", 1) * (1 + variables.get("nested", 0))
        if cost > self.max_cost:
            return {"errors": [{"message": f"Query cost is {cost}", "extensions": {"code": "MAX_COST_EXCEEDED"}}]}
        result = graphql_sync(
            SCHEMA,
            body["query"],
            variable_values=variables,
            field_resolver=self._resolve,
            type_resolver=lambda value, *_: value["id"].split("/")[3],
        )
        return self.spoil(json.loads(json.dumps(result.formatted)))

    def _resolve(self, parent: Record | None, info: GraphQLResolveInfo, **arguments: Any) -> Any:
        name, kind = info.field_name, get_named_type(info.return_type).name
        if kind.endswith("Connection"):
            records = self.all(name) if parent is None else parent[name]
            return _page(records, is_root=parent is None, **arguments)
        if parent is None:
            snake = re.sub("(?<!^)([A-Z])", r"_\1", name).lower()
            return getattr(self, f"_{snake}", self._counted)(info, **arguments)
        if name == "metafield":
            value = parent.get("metafields", {}).get(f"{arguments['namespace']}.{arguments['key']}")
            return value and {"value": value}
        return parent.get(name)

    def _shop(self, info: GraphQLResolveInfo) -> Record:
        return {"id": "gid://shopify/Shop/1", "name": "Test shop", "currencyCode": "USD", "ianaTimezone": "Etc/UTC"}

    def _current_app_installation(self, info: GraphQLResolveInfo) -> Record:
        return {"accessScopes": [{"handle": scope} for scope in self.scopes]}

    def _counted(self, info: GraphQLResolveInfo, query: str | None = None, limit: int | None = 10_000) -> Record:
        found = [row for row in self.all(info.field_name.removesuffix("Count")) if _matches(row, query)]
        count = len(found) if limit is None else min(len(found), limit)
        return {"count": count, "precision": "EXACT" if count == len(found) else "AT_LEAST"}

    def _nodes(self, info: GraphQLResolveInfo, ids: list[str]) -> list[Record | None]:
        return [self._node(info, id) for id in ids]

    def _node(self, info: GraphQLResolveInfo, id: str) -> Record | None:
        if id in self._operations:
            operation = self._operations[id]
            operation["status"] = self.bulk_states[min(operation["looks"], len(self.bulk_states) - 1)]
            operation["looks"] += 1
            return operation
        orders = self.lists["orders"]
        refunds = [{**refund, "order": order} for order in orders for refund in order["refunds"]]
        everything = [*orders, *refunds, *self.lists["products"]]
        return next((record for record in everything if record["id"] == id), None)

    def _bulk_operation_run_query(self, info: GraphQLResolveInfo, query: str) -> Record:
        if problem := _bulk_problem(query):
            return {"bulkOperation": None, "userErrors": [{"field": ["query"], "message": problem}]}
        result = graphql_sync(SCHEMA, query, field_resolver=self._resolve)
        if result.errors:
            raise GraphQLError(str(result.errors[0]))
        lines = list(_flattened(result.data or {}))
        self._files.append("".join(json.dumps(line) + "\n" for line in lines))
        id_ = f"gid://shopify/BulkOperation/{len(self._files)}"
        self._operations[id_] = {
            "id": id_,
            "looks": 1,
            "status": self.bulk_states[0],
            "errorCode": self.bulk_error,
            "objectCount": str(len(lines)),
            "url": f"{self.base_url}/file/{len(self._files) - 1}" if lines else None,
        }
        return {"bulkOperation": self._operations[id_], "userErrors": []}

    # ── HTTP ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def serve(self) -> Iterator[Shop]:
        """Answer on a free port of this machine until left."""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                shop.before(len(shop.requests))
                shop.requests.append(body)
                if self.path != f"/admin/api/{VERSION}/graphql.json":
                    self.reply(404, {}, {"errors": "Not Found"})
                elif self.headers.get("X-Shopify-Access-Token") != TOKEN:
                    self.reply(401, {}, {"errors": "[API] Invalid API key or access token"})
                elif shop.faults:
                    self.reply(*shop.faults.pop(0))
                else:
                    self.reply(200, {}, shop.answer(body))

            def do_GET(self) -> None:
                assert "X-Shopify-Access-Token" not in self.headers
                self.reply(200, {"Content-Type": "application/jsonl"}, shop._files[int(self.path.split("/")[-1])])

            def reply(self, status: int, headers: dict[str, str], body: Any) -> None:
                raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        self.base_url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()


def _page(
    records: list[Record],
    is_root: bool,
    first: int | None = None,
    after: str | None = None,
    query: str | None = None,
    sortKey: str = "ID",
) -> Record:
    """A page by key set: the cursor holds the place in the order, not a number, so what moves is met again."""
    found = [record for record in records if _matches(record, query)]
    if is_root:
        field = _SORTED_BY[sortKey]
        keyed = sorted(((str(record[field]), record["id"]), record) for record in found)
        keyed = [(list(place), record) for place, record in sorted(keyed, key=lambda item: item[0])]
    else:
        keyed = [([f"{number:09}"], record) for number, record in enumerate(found)]
    if after is not None:
        try:
            last = json.loads(base64.b64decode(after, validate=True))
        except ValueError:
            raise GraphQLError("Invalid cursor for current pagination sort.") from None
        keyed = [item for item in keyed if item[0] > last]
    page = keyed if first is None else keyed[:first]
    cursors = [base64.b64encode(json.dumps(place).encode()).decode() for place, _ in page]
    return {
        "edges": [{"cursor": cursor, "node": record} for cursor, (_, record) in zip(cursors, page)],
        "nodes": [record for _, record in page],
        "pageInfo": {"hasNextPage": len(page) < len(keyed), "endCursor": cursors[-1] if cursors else None},
    }


def _matches(record: Record, query: str | None) -> bool:
    for field, operator, value in _SEARCH.findall(query or ""):
        held = record["updatedAt" if field == "updated_at" else "createdAt"]
        if not {">=": held >= value, "<=": held <= value, ">": held > value, "<": held < value}[operator]:
            return False
    return True


def _bulk_problem(query: str) -> str | None:
    """Shopify's rule that a bulk query has no connection inside a list."""
    problems: list[str] = []
    lists = [0]
    info = TypeInfo(SCHEMA)

    class Rule(Visitor):
        def enter_field(self, node: Any, *_: Any) -> None:
            kind = info.get_type()
            if get_named_type(kind).name.endswith("Connection") and lists[0]:  # type: ignore[union-attr]
                problems.append("Queries that contain a connection field within a list field are not supported.")
            bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
            lists[0] += isinstance(bare, GraphQLList) and node.name.value != "edges"

        def leave_field(self, node: Any, *_: Any) -> None:
            kind = info.get_type()
            bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
            lists[0] -= isinstance(bare, GraphQLList) and node.name.value != "edges"

    visit(parse(query), TypeInfoVisitor(info, Rule()))
    return problems[0] if problems else None


def _flattened(data: Record) -> Iterator[Record]:
    """Lines of a bulk file: the records of nested lists first, which Shopify does not rule out."""
    (connection,) = data.values()
    for edge in connection["edges"]:
        node = edge["node"]
        nested = {name: value for name, value in node.items() if isinstance(value, dict) and "edges" in value}
        for value in nested.values():
            yield from ({**inner["node"], "__parentId": node["id"]} for inner in value["edges"])
        yield {name: value for name, value in node.items() if name not in nested}
