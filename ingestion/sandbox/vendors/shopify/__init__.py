"""Shopify's Admin API in GraphQL: orders with all that hangs on them, customers, products, and bulk operations.

Evidence: the vendor's API reference and guides. Documents are parsed, validated and executed by graphql-core over the
schema beside this file, so that whatever a client may select is answered, and what the schema lacks is refused. What a
reader would not guess:

- Errors come under HTTP 200: invalid documents, throttling (`THROTTLED`), documents too dear (`MAX_COST_EXCEEDED`),
  missing scopes (`ACCESS_DENIED`). Only a wrong token (401) and a wrong path (404) are HTTP errors.
- A document is admitted when the bucket holds what it may cost, and pays what it did cost: `extensions.cost`.
- Without the scope `read_all_orders` orders older than 60 days do not exist.
- A search on a field that a list does not know finds everything, with a warning in `extensions.search`.
- A cursor holds the value and id it was made at: what changes meanwhile moves, and pages neither shift nor repeat.
- Amounts come in the shop's currency (converted by treasury's fixing of the day) and in the buyer's, as text.
- The time of change of an order moves with payments, shipments and refunds; a customer's with each of their orders.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

from graphql import (
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    get_named_type,
    parse,
    validate,
    value_from_ast_untyped,
)
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.vendors.shopify.bulk import BulkOperations
from ingestion.sandbox.vendors.shopify.connections import Connect
from ingestion.sandbox.vendors.shopify.costs import LARGEST_QUERY, Bucket, Cost
from ingestion.sandbox.vendors.shopify.index import Record
from ingestion.sandbox.vendors.shopify.records import Store
from ingestion.sandbox.vendors.shopify.search import Query

NAME = "shopify"
CREDENTIALS = {"access_token": "shpat_sandbox_shopify_token"}

SCOPES = {
    CREDENTIALS["access_token"]: ("read_orders", "read_all_orders", "read_customers", "read_products"),
    "shpat_sandbox_recent_orders": ("read_orders", "read_customers", "read_products"),
    "shpat_sandbox_products_only": ("read_products",),
}
"""What each token may read. The first is the one handed out; the others let clients meet what they lack."""
RECENT_DAYS = 60

_ORDER_FIELDS = frozenset(
    ("id", "created_at", "updated_at", "processed_at", "status", "financial_status", "fulfillment_status", "tag",
     "email", "name", "test", "customer_id")
)  # fmt: skip
_LISTS: dict[str, tuple[str, str, frozenset[str]]] = {
    # field → scope, default sort key, fields of its search
    "orders": ("read_orders", "PROCESSED_AT", _ORDER_FIELDS),
    "customers": ("read_customers", "ID", frozenset(("id", "created_at", "updated_at", "email"))),
    "products": (
        "read_products",
        "ID",
        frozenset(("id", "created_at", "updated_at", "status", "title", "vendor", "product_type")),
    ),
    "productVariants": ("read_products", "ID", frozenset(("id", "sku", "title", "product_id", "updated_at"))),
}
_SCOPE_OF = {
    "Order": "read_orders",
    "LineItem": "read_orders",
    "Refund": "read_orders",
    "OrderTransaction": "read_orders",
    "Fulfillment": "read_orders",
    "Customer": "read_customers",
    "Product": "read_products",
    "ProductVariant": "read_products",
}
_VERSION = re.compile(r"\d{4}-(01|04|07|10)|unstable")


def app(facts: Facts, window_scale: float, page_cap: int | None = None) -> Starlette:
    """The API over `facts`. `page_cap` lowers the largest page; `window_scale` shrinks the time points restore in."""
    admin = Admin(facts, window_scale, page_cap)

    async def graphql(request: Request) -> Response:
        token = request.headers.get("x-shopify-access-token", "")
        if token not in SCOPES:
            message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return JSONResponse({"errors": message}, 401)
        if not _VERSION.fullmatch(request.path_params["version"]):
            return JSONResponse({"errors": "Not Found"}, 404)
        try:
            body = json.loads(await request.body())
        except ValueError:
            return JSONResponse({"errors": "Bad Request: the body is not JSON"}, 400)
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            return JSONResponse({"errors": {"query": "Required parameter missing or invalid"}}, 400)
        here = f"{request.url.scheme}://{request.url.netloc}{request.scope['root_path']}/"
        answer = await run_in_threadpool(admin.answer, token, body["query"], body.get("variables") or {}, here)
        return JSONResponse(answer, headers={"X-Shopify-API-Version": request.path_params["version"]})

    async def download(request: Request) -> Response:
        """Files need no token: their address is the secret."""
        content = admin.file(request.path_params["name"])
        if content is None:
            return PlainTextResponse("NoSuchKey", 404)
        return PlainTextResponse(content, media_type="application/jsonl")

    return Starlette(
        routes=[
            Route("/admin/api/{version}/graphql.json", graphql, methods=["POST"]),
            Route("/bulk/{name}", download),
        ]
    )


class Admin:
    """Executes documents over one store, for apps that differ in their scopes."""

    def __init__(self, facts: Facts, window_scale: float, page_cap: int | None) -> None:
        self._schema = build_schema((Path(__file__).parent / "schema.graphql").read_text())
        self._connect = Connect(page_cap)
        self._store = Store(facts, self._connect)
        self._oldest_recent = facts.as_of - timedelta(days=RECENT_DAYS)
        self._buckets = {token: Bucket(window_scale) for token in SCOPES}
        self._bulk = {token: BulkOperations(self._schema, self._without_pages(token)) for token in SCOPES}

    def file(self, name: str) -> str | None:
        """What a bulk operation left."""
        return next((bulk.files[name] for bulk in self._bulk.values() if name in bulk.files), None)

    def answer(self, token: str, query: str, variables: dict[str, Any], base_url: str) -> Record:
        """The body for one document."""
        try:
            document = parse(query)
        except GraphQLError as error:
            return {"errors": [error.formatted]}
        if errors := validate(self._schema, document):
            return {"errors": [{**error.formatted, "path": ["query"]} for error in errors]}
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        if len(operations) != 1:
            return {"errors": [{"message": "A document must contain exactly one operation"}]}
        fragments = {n.name.value: n for n in document.definitions if isinstance(n, FragmentDefinitionNode)}
        cost = Cost(self._schema, operations[0], fragments, {**_defaults(operations[0]), **variables})
        requested, bucket = cost.requested(), self._buckets[token]
        if requested > LARGEST_QUERY:
            message = f"Query cost is {requested}, which exceeds the single query max cost limit ({LARGEST_QUERY})."
            details = {"code": "MAX_COST_EXCEEDED", "cost": requested, "maxCost": LARGEST_QUERY}
            return {"errors": [{"message": message, "extensions": details}]}
        if not bucket.admits(requested):
            throttled = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            return {"errors": [throttled], "extensions": {"cost": _told(requested, None, bucket)}}
        context: dict[str, Any] = {"token": token, "base_url": base_url, "search": []}
        result = self._execute(document, context, variables)
        actual = min(requested, cost.actual(result.data))
        bucket.give_back(requested - actual)
        extensions: Record = {"cost": _told(requested, actual, bucket)}
        if context["search"]:
            extensions["search"] = context["search"]
        found: Record = {"data": result.data}
        if result.errors:
            found = {"errors": [error.formatted for error in result.errors], **found}
        return {**found, "extensions": extensions}

    def _execute(self, document: Any, context: dict[str, Any], variables: dict[str, Any]) -> ExecutionResult:
        return execute_sync(
            self._schema,
            document,
            root_value=self._root(context["token"]),
            context_value=context,
            variable_values=variables,
            type_resolver=lambda value, info, kind: value["__typename"],
        )

    def _without_pages(self, token: str) -> Any:
        return lambda query: self._execute(parse(query), {"token": token, "is_bulk": True, "search": []}, {})

    def _root(self, token: str) -> Record:
        """Resolvers of the root fields, for an app with this token."""
        scopes, bulk = SCOPES[token], self._bulk[token]

        def needs(scope: str, info: GraphQLResolveInfo) -> None:
            if scope not in scopes:
                required = f"`{scope}` access scope."
                raise GraphQLError(
                    f"Access denied for {info.field_name} field. Required access: {required}",
                    extensions={"code": "ACCESS_DENIED", "requiredAccess": required},
                )

        def visible(name: str) -> list[Record]:
            records: list[Record] = getattr(self._store, "variants" if name == "productVariants" else name)
            if name == "orders" and "read_all_orders" not in scopes:
                return [record for record in records if record["_created"] >= self._oldest_recent]
            return records

        def found(name: str, info: GraphQLResolveInfo, query: str | None) -> list[Record]:
            scope, _, fields = _LISTS[name]
            needs(scope, info)
            parsed = Query(query, fields)
            if parsed.unknown:
                warnings = [
                    {
                        "field": field,
                        "message": f"Invalid search field for this query: {field}",
                        "code": "invalid_field",
                    }
                    for field in parsed.unknown
                ]
                info.context["search"].append({"path": [info.path.key], "query": query, "warnings": warnings})
            return [record for record in visible(name) if parsed.matches(record)]

        def listing(name: str) -> Any:
            def resolve(info: GraphQLResolveInfo, query: str | None = None, **arguments: Any) -> Record:
                return self._connect.page(found(name, info, query), info, _LISTS[name][1], arguments)

            return resolve

        def counting(name: str) -> Any:
            def resolve(info: GraphQLResolveInfo, query: str | None = None, limit: int | None = 10_000) -> Record:
                count = len(found(name, info, query))
                is_cut = limit is not None and count > limit
                return {"count": limit if is_cut else count, "precision": "AT_LEAST" if is_cut else "EXACT"}

            return resolve

        def one(info: GraphQLResolveInfo, id: str) -> Record | None:
            record = self._store.by_id.get(id)
            if record is None and id.startswith("gid://shopify/BulkOperation/"):
                return bulk.look(next((item for item in bulk.operations if item["id"] == id), None))
            if record is None:
                return None
            wanted = get_named_type(info.return_type).name
            if wanted not in ("Node", record["__typename"]):
                return None
            needs(_SCOPE_OF.get(record["__typename"], scopes[0]), info)
            order = record if record["__typename"] == "Order" else record.get("order")
            if order and "read_all_orders" not in scopes and order["_created"] < self._oldest_recent:
                return None
            return record

        installation = {
            "id": "gid://shopify/AppInstallation/1",
            "app": {"id": "gid://shopify/App/1", "title": "RevOps", "handle": "revops"},
            "accessScopes": [{"handle": scope, "description": scope.replace("_", " ")} for scope in scopes],
        }
        return {
            "shop": self._store.shop,
            "currentAppInstallation": installation,
            "node": one,
            "nodes": lambda info, ids: [one(info, id_) for id_ in ids],
            **dict.fromkeys(("order", "customer", "product", "productVariant", "refund", "bulkOperation"), one),
            **{name: listing(name) for name in _LISTS},
            **{f"{name}Count": counting(name) for name in _LISTS},
            "bulkOperations": lambda info, query=None, **arguments: self._connect.page(
                bulk.operations, info, "CREATED_AT", arguments
            ),
            "currentBulkOperation": lambda info, type="QUERY": bulk.look(
                bulk.operations[-1] if bulk.operations and type == "QUERY" else None
            ),
            "bulkOperationRunQuery": lambda info, query, groupObjects=False: bulk.start(
                query, groupObjects, info.context["base_url"]
            ),
            "bulkOperationCancel": lambda info, id: bulk.cancel(id),
        }


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    """The values that variables have where none are given."""
    return {
        definition.variable.name.value: value_from_ast_untyped(definition.default_value)
        for definition in operation.variable_definitions
        if definition.default_value is not None
    }


def _told(requested: int, actual: int | None, bucket: Bucket) -> Record:
    return {"requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": bucket.status()}
