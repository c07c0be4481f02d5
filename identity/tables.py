"""The ledger and what it is made from, as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from identity.clusters import Edge, join
from identity.ledger import Assignment, assign
from identity.scoring import SCORES

Ledger = Mapping[str, Assignment]


def next_ledger(
    nodes: pa.Table, edges: pa.Table, decisions: pa.Table, before: Ledger, now: datetime, name: Callable[[str], str]
) -> Ledger:
    """The ledger as of `now`.

    `nodes` (node, trait) stand in order of seniority; `edges` have left_node, right_node, rule, confidence, is_guess;
    `decisions` of reviewers have left_node, right_node, decision, of which `different` counts here.
    """
    names, traits = nodes["node"].to_pylist(), nodes["trait"].to_pylist()
    memberships = join(
        names,
        [Edge(*line.values()) for line in edges.cast(_EDGES).to_pylist()],
        [(d["left_node"], d["right_node"]) for d in decisions.to_pylist() if d["decision"] == "different"],
        {node: trait for node, trait in zip(names, traits, strict=True) if trait},
    )
    return assign(names, memberships, before, now, name)


def read_ledger(session: Any, relation: Any) -> Ledger:
    """The ledger in dbt's `relation`, read through `session`; empty where the table is not there yet."""
    return {node: Assignment(*line) for node, *line in _before(session, relation, _LEDGER).fetchall()}


def scores_before(session: Any, relation: Any) -> pa.Table:
    """The scores in dbt's `relation`, read through `session`; none where the table is not there yet."""
    return _before(session, relation, SCORES).to_arrow_table().cast(SCORES)


def _before(session: Any, relation: Any, schema: pa.Schema) -> Any:
    """What a model's own table holds before it is built again, in the columns of `schema`."""
    place = [relation.database, relation.schema, relation.identifier]
    there = session.execute(
        "select 1 from information_schema.tables where table_catalog = ? and table_schema = ? and table_name = ?", place
    ).fetchone()
    table = ".".join(f'"{part}"' for part in place)
    empty = f"(select {', '.join(f'null as {name}' for name in schema.names)}) where false"
    return session.execute(f"select {', '.join(schema.names)} from {table if there else empty}")


def as_table(ledger: Ledger) -> pa.Table:
    """`ledger` as it is kept: one line for each node, columns in the order of `Assignment`."""
    lines = [(node, *vars(line).values()) for node, line in ledger.items()]
    columns = zip(*lines, strict=True) if lines else [()] * len(_LEDGER)
    return pa.table([pa.array(values, field.type) for values, field in zip(columns, _LEDGER)], schema=_LEDGER)


_EDGES = pa.schema(
    {
        "left_node": pa.string(),
        "right_node": pa.string(),
        "rule": pa.string(),
        "confidence": pa.float64(),
        "is_guess": pa.bool_(),
    }
)
_LEDGER = pa.schema(
    {
        "node": pa.string(),
        "subject_id": pa.string(),
        "founder": pa.string(),
        "rule": pa.string(),
        "confidence": pa.float64(),
        "matched_at": pa.timestamp("us"),
        "changed_from": pa.string(),
    }
)
