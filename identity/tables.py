"""The ledger and what it is made from, as tables."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from identity.changes import touched
from identity.clusters import Edge, join
from identity.ledger import Assignment, assign
from identity.scoring import SCORES


def next_ledger(
    nodes: pa.Table, edges: pa.Table, decisions: pa.Table, before: pa.Table, now: datetime, name: Callable[[str], str]
) -> pa.Table:
    """The ledger as of `now`, from the one `before` (see LEDGER).

    `nodes` (node, trait, and by what they are ordered) stand in order of seniority; `edges` have left_node, right_node,
    rule, confidence, is_guess; `decisions` of reviewers have left_node, right_node, decision, of which `different`
    counts here. Only clusters that something has changed about are made anew; of the others, the lines stay.
    """
    apart = decisions.filter(pc.equal(decisions["decision"], "different")).select(["left_node", "right_node"])
    anew = touched(nodes, edges, apart, before)
    kept = before.filter(pc.and_(_is_in(before, "node", nodes), pc.invert(_is_in(before, "node", anew))))
    made = _made(
        nodes.filter(_is_in(nodes, "node", anew)),
        edges.filter(_is_in(edges, "left_node", anew)),
        apart,
        before.filter(_is_in(before, "node", anew)),
        now,
        name,
    )
    prints = dict(zip(*(anew[column].to_pylist() for column in ("node", "print")), strict=True))
    lines = [(node, *vars(line).values(), prints[node]) for node, line in made.items()]
    columns = zip(*lines, strict=True) if lines else [()] * len(LEDGER)
    fresh = pa.table([pa.array(values, field.type) for values, field in zip(columns, LEDGER)], schema=LEDGER)
    return pa.concat_tables([kept, fresh])


def _made(
    nodes: pa.Table, edges: pa.Table, apart: pa.Table, before: pa.Table, now: datetime, name: Callable[[str], str]
) -> dict[str, Assignment]:
    """Whose each of the `nodes` is."""
    names, traits = nodes["node"].to_pylist(), nodes["trait"].to_pylist()
    memberships = join(
        names,
        [Edge(*line.values()) for line in edges.cast(_EDGES).to_pylist()],
        [(pair["left_node"], pair["right_node"]) for pair in apart.to_pylist()],
        {node: trait for node, trait in zip(names, traits, strict=True) if trait},
    )
    known = {line.pop("node"): Assignment(**line) for line in before.drop_columns("print").to_pylist()}
    return assign(names, memberships, known, now, name)


def _is_in(table: pa.Table, column: str, others: pa.Table) -> pa.ChunkedArray:
    return pc.is_in(table[column], value_set=others["node"].combine_chunks())


def read_ledger(session: Any, relation: Any) -> pa.Table:
    """The ledger in dbt's `relation`, read through `session`; empty where the table is not there yet."""
    return _before(session, relation, LEDGER)


def scores_before(session: Any, relation: Any) -> pa.Table:
    """The scores in dbt's `relation`, read through `session`; none where the table is not there yet."""
    return _before(session, relation, SCORES)


def _before(session: Any, relation: Any, schema: pa.Schema) -> pa.Table:
    """What a model's own table holds before it is built again, in the columns of `schema`; NULL for those it lacks."""
    place = [relation.database, relation.schema, relation.identifier]
    found = session.execute(
        "select column_name from information_schema.columns "
        "where table_catalog = ? and table_schema = ? and table_name = ?",
        place,
    ).fetchall()
    if not found:
        return schema.empty_table()
    there = {name for (name,) in found}
    columns = ", ".join(name if name in there else f"null as {name}" for name in schema.names)
    table = ".".join(f'"{part}"' for part in place)
    return session.execute(f"select {columns} from {table}").to_arrow_table().cast(schema)


_EDGES = pa.schema(
    {
        "left_node": pa.string(),
        "right_node": pa.string(),
        "rule": pa.string(),
        "confidence": pa.float64(),
        "is_guess": pa.bool_(),
    }
)
LEDGER = pa.schema(
    {
        "node": pa.string(),
        "subject_id": pa.string(),
        "founder": pa.string(),
        "rule": pa.string(),
        "confidence": pa.float64(),
        "matched_at": pa.timestamp("us"),
        "changed_from": pa.string(),
        "print": pa.string(),
    }
)
"""A line for each node: an `Assignment`, and the print (see `touched`) of what it was made from."""
