"""What a document costs, and the bucket it is paid from.

Objects cost a point, scalars and enums nothing, mutations ten, a connection two and its nodes as many times as `first`
or `last` asks for. Shopify reserves the right to other weights for single fields: a client reads the cost it is told.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    is_composite_type,
    value_from_ast_untyped,
)

BUCKET_POINTS = 2_000
RESTORED_PER_SECOND = 100
LARGEST_QUERY = 1_000
MUTATION_POINTS = 10
CONNECTION_POINTS = 2


class Bucket:
    """A leaky bucket of points: a document is let through when what it may cost is there, and pays what it did cost."""

    def __init__(self, window_scale: float) -> None:
        self.restored_per_second = RESTORED_PER_SECOND / window_scale
        self._available = float(BUCKET_POINTS)
        self._filled_at = time.monotonic()
        self._lock = threading.Lock()

    def _fill(self) -> None:
        now = time.monotonic()
        restored = (now - self._filled_at) * self.restored_per_second
        self._available = min(float(BUCKET_POINTS), self._available + restored)
        self._filled_at = now

    def admits(self, points: int) -> bool:
        """Whether so many points are there; they are taken, if so."""
        with self._lock:
            self._fill()
            if points > self._available:
                return False
            self._available -= points
            return True

    def give_back(self, points: int) -> None:
        """What was taken and not needed."""
        with self._lock:
            self._fill()
            self._available = min(float(BUCKET_POINTS), self._available + points)

    def status(self) -> dict[str, Any]:
        """`throttleStatus`."""
        with self._lock:
            self._fill()
            return {
                "maximumAvailable": float(BUCKET_POINTS),
                "currentlyAvailable": int(self._available),
                "restoreRate": self.restored_per_second,
            }


class Cost:
    """Prices one operation: by what it asks for, or by what it was given."""

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._operation = operation
        self._fragments = fragments
        self._variables = variables

    def requested(self) -> int:
        """The most it may cost."""
        return self._root(None, is_known=False)

    def actual(self, data: Any) -> int:
        """What it cost, given what it returned."""
        return self._root(data, is_known=True)

    def _root(self, data: Any, is_known: bool) -> int:
        root = self._schema.get_root_type(self._operation.operation)
        assert root is not None
        cost = self._selection(self._operation.selection_set, root, data, is_known)
        is_mutation = self._operation.operation.value == "mutation"
        return cost + (MUTATION_POINTS if is_mutation else 0)

    def _selection(self, selection: SelectionSetNode, kind: Any, data: Any, is_known: bool) -> int:
        cost = 0
        for node in selection.selections:
            if isinstance(node, FieldNode):
                cost += self._field(node, kind, data, is_known)
            elif isinstance(node, InlineFragmentNode):
                cost += self._selection(node.selection_set, self._narrowed(node, kind), data, is_known)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self._fragments[node.name.value]
                cost += self._selection(fragment.selection_set, self._narrowed(fragment, kind), data, is_known)
        return cost

    def _narrowed(self, node: InlineFragmentNode | FragmentDefinitionNode, kind: Any) -> Any:
        return self._schema.get_type(node.type_condition.name.value) if node.type_condition else kind

    def _field(self, node: FieldNode, kind: Any, data: Any, is_known: bool) -> int:
        field = kind.fields.get(node.name.value) if hasattr(kind, "fields") else None
        if field is None or node.selection_set is None:
            return 0
        of = get_named_type(field.type)
        if not is_composite_type(of) or of.name == "PageInfo":
            return 0
        value = data.get((node.alias or node.name).value) if isinstance(data, dict) else None
        if isinstance(of, GraphQLObjectType) and of.name.endswith("Connection"):
            return self._connection(node, of, value, is_known)
        if not is_known:
            return self._times(node) * (1 + self._selection(node.selection_set, of, None, False))
        items = value if isinstance(value, list) else [value]
        return sum(1 + self._selection(node.selection_set, of, item, True) for item in items if item is not None)

    def _connection(self, node: FieldNode, of: GraphQLObjectType, value: Any, is_known: bool) -> int:
        assert node.selection_set is not None
        if is_known and value is None:
            return 0
        each = 0
        for inner in node.selection_set.selections:
            if isinstance(inner, FieldNode) and inner.name.value in ("edges", "nodes"):
                each += self._nodes(inner, of, value, is_known)
        return CONNECTION_POINTS + (each if is_known else self._times(node) * each)

    def _nodes(self, node: FieldNode, connection: GraphQLObjectType, value: Any, is_known: bool) -> int:
        """Of the nodes under `edges` or `nodes`: all that came, or one of them."""
        assert node.selection_set is not None
        of = get_named_type(connection.fields[node.name.value].type)
        items = (value.get((node.alias or node.name).value) or []) if is_known else [None]
        if node.name.value == "nodes":
            return sum(1 + self._selection(node.selection_set, of, item, is_known) for item in items)
        return sum(self._selection(node.selection_set, of, item, is_known) for item in items)

    def _times(self, node: FieldNode) -> int:
        for argument in node.arguments:
            if argument.name.value in ("first", "last"):
                value = value_from_ast_untyped(argument.value, dict(self._variables))
                return value if isinstance(value, int) and value > 0 else 0
        return 1
