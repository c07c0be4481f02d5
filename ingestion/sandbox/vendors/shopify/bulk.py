"""Bulk operations: a query without pages runs in the background and leaves a JSON Lines file.

Each node is a line; the nodes of a nested connection are lines of their own with the `__parentId` of theirs. One query
runs at a time. Here it is done at once and told in steps: created, running at the first look, completed at the second.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    parse,
    validate,
)

Record = dict[str, Any]

MOST_CONNECTIONS = 5
DEEPEST_NESTING = 2


class BulkOperations:
    """The operations of one app. `run` executes a document without pages; `base_url` is where files are served."""

    def __init__(self, schema: GraphQLSchema, run: Callable[[str], ExecutionResult]) -> None:
        self._schema = schema
        self._run = run
        self.operations: list[Record] = []
        self.files: dict[str, str] = {}
        self._looks: dict[str, int] = {}

    def start(self, query: str, is_grouped: bool, base_url: str) -> Record:
        """`bulkOperationRunQuery`."""
        running = next((item for item in self.operations if item["status"] in ("CREATED", "RUNNING")), None)
        if running:
            return _refused(
                f"A bulk query operation for this app and shop is already in progress: {running['id']}.",
                "OPERATION_IN_PROGRESS",
            )
        try:
            shape = _Shape(self._schema, query)
        except GraphQLError as error:
            return _refused(f"Invalid bulk query: {error.message}", "INVALID", ["query"])
        number = len(self.operations) + 1
        operation = {
            "__typename": "BulkOperation",
            "id": f"gid://shopify/BulkOperation/{number}",
            "type": "QUERY",
            "status": "CREATED",
            "errorCode": None,
            "query": query,
            "createdAt": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "completedAt": None,
            "objectCount": "0",
            "rootObjectCount": "0",
            "fileSize": None,
            "url": None,
            "partialDataUrl": None,
            "_number": number,
            "_created": datetime.now(UTC),
            "_result": (shape, is_grouped, base_url),
        }
        self.operations.append(operation)
        return {"bulkOperation": operation, "userErrors": []}

    def look(self, operation: Record | None) -> Record | None:
        """The operation as it stands at this look."""
        if operation and operation["status"] == "RUNNING":
            self._finish(operation)
        elif operation and operation["status"] == "CREATED":
            operation["status"] = "RUNNING"
        return operation

    def cancel(self, id_: str) -> Record:
        """`bulkOperationCancel`."""
        operation = next((item for item in self.operations if item["id"] == id_), None)
        if operation is None:
            return {
                "bulkOperation": None,
                "userErrors": [{"field": ["id"], "message": "Bulk operation does not exist"}],
            }
        if operation["status"] not in ("CREATED", "RUNNING"):
            message = f"A bulk operation cannot be canceled when it is {operation['status'].lower()}"
            return {"bulkOperation": operation, "userErrors": [{"field": None, "message": message}]}
        operation["status"] = "CANCELED"
        return {"bulkOperation": operation, "userErrors": []}

    def _finish(self, operation: Record) -> None:
        shape, is_grouped, base_url = operation["_result"]
        result = self._run(operation["query"])
        operation["completedAt"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if result.errors:
            is_denied = any((error.extensions or {}).get("code") == "ACCESS_DENIED" for error in result.errors)
            operation.update(status="FAILED", errorCode="ACCESS_DENIED" if is_denied else "INTERNAL_SERVER_ERROR")
            return
        roots, lines = shape.lines(result.data or {}, is_grouped)
        content = "".join(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n" for line in lines)
        operation.update(status="COMPLETED", objectCount=str(len(lines)), rootObjectCount=str(roots))
        if lines:  # nothing found: no file
            name = f"bulk-{operation['_number']}.jsonl"
            self.files[name] = content
            operation.update(url=f"{base_url}bulk/{name}", fileSize=str(len(content.encode())))


class _Shape:
    """Where the connections of a bulk query are. Raises `GraphQLError` for a query that cannot run in bulk."""

    def __init__(self, schema: GraphQLSchema, query: str) -> None:
        document = parse(query)
        if errors := validate(schema, document):
            raise errors[0]
        self._schema = schema
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        if len(operations) != 1 or operations[0].operation.value != "query":
            raise GraphQLError("Bulk queries must contain exactly one query")
        self._root = operations[0].selection_set
        self._connections = 0
        self._measure(self._root, schema.query_type, 0, in_list=False)
        if not self._connections:
            raise GraphQLError("Bulk queries must contain at least one connection.")
        if self._connections > MOST_CONNECTIONS:
            raise GraphQLError("Bulk queries cannot contain more than 5 connections.")

    def _fields(self, selection: SelectionSetNode, kind: Any) -> list[tuple[FieldNode, Any]]:
        """Fields of a selection with their types, fragments opened."""
        found: list[tuple[FieldNode, Any]] = []
        for node in selection.selections:
            if isinstance(node, FieldNode):
                field = kind.fields.get(node.name.value)
                if field is not None:
                    found.append((node, field.type))
            elif isinstance(node, InlineFragmentNode | FragmentSpreadNode):
                inner = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
                condition = inner.type_condition
                narrowed = self._schema.get_type(condition.name.value) if condition else kind
                found.extend(self._fields(inner.selection_set, narrowed))
        return found

    def _measure(self, selection: SelectionSetNode, kind: Any, depth: int, in_list: bool) -> None:
        for node, of in self._fields(selection, kind):
            named = get_named_type(of)
            if node.selection_set is None:
                continue
            if named.name.endswith("Connection"):
                if in_list:
                    raise GraphQLError("Queries that contain a connection field within a list field are not supported.")
                if depth >= DEEPEST_NESTING + 1:
                    raise GraphQLError("Bulk queries cannot contain connections nested more than 2 levels deep.")
                self._connections += 1
                for inner, node_type in self._nodes(node, named):
                    names = {field.name.value for field, _ in self._fields(inner, node_type)}
                    has_nested = any(
                        get_named_type(kind_).name.endswith("Connection") for _, kind_ in self._fields(inner, node_type)
                    )
                    if has_nested and "id" not in names:
                        raise GraphQLError(
                            "The parent 'node' field for a nested connection must select the 'id' field."
                        )
                    self._measure(inner, node_type, depth + 1, in_list=False)
            else:
                self._measure(node.selection_set, named, depth, in_list=in_list or "[" in str(of))

    def _nodes(self, node: FieldNode, connection: Any) -> list[tuple[SelectionSetNode, Any]]:
        """What is selected of each node of a connection."""
        assert node.selection_set is not None
        found = []
        for inner, of in self._fields(node.selection_set, connection):
            if inner.name.value == "nodes" and inner.selection_set:
                found.append((inner.selection_set, get_named_type(of)))
            if inner.name.value == "edges" and inner.selection_set:
                edge = get_named_type(of)
                found += [
                    (deeper.selection_set, get_named_type(kind))
                    for deeper, kind in self._fields(inner.selection_set, edge)
                    if deeper.name.value == "node" and deeper.selection_set
                ]
        return found

    def lines(self, data: Record, is_grouped: bool) -> tuple[int, list[Record]]:
        """How many nodes are at the root, and every line: children behind their parent, or behind all parents."""
        parents: list[Record] = []
        children: list[Record] = []
        roots = self._emit(
            self._root, self._schema.query_type, data, None, parents, parents if is_grouped else children
        )
        return roots, parents + children

    def _emit(
        self,
        selection: SelectionSetNode,
        kind: Any,
        data: Record,
        parent_id: str | None,
        here: list[Record],
        below: list[Record],
    ) -> int:
        """Write the nodes of the connections in `data`, and take the connections out of it."""
        count = 0
        for node, of in self._fields(selection, kind):
            named, name = get_named_type(of), (node.alias or node.name).value
            value = data.get(name)
            if node.selection_set is None or not isinstance(value, dict):
                continue
            if not named.name.endswith("Connection"):
                count += self._emit(node.selection_set, named, value, parent_id, here, below)
                continue
            del data[name]
            for inner, node_type in self._nodes(node, named):
                nodes = value.get("nodes") or [edge["node"] for edge in value.get("edges", [])]
                for record in nodes:
                    line = dict(record)
                    here.append(line)
                    count += 1
                    self._emit(inner, node_type, line, line.get("id"), below, below)
                    if parent_id is not None:
                        line["__parentId"] = parent_id
        return count


def _refused(message: str, code: str, field: list[str] | None = None) -> Record:
    return {"bulkOperation": None, "userErrors": [{"field": field, "message": message, "code": code}]}
