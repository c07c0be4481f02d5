"""What has changed since the ledger was written: clusters that none of it touches stay as they are.

Evidence joins nodes into components, and no cluster reaches beyond one. A component in which every node looks as it did
and has the evidence it had comes out as it did: so only those with a new or changed node are made anew. Where a node or
its evidence is gone, the node at the other end looks different.
"""

from __future__ import annotations

import inspect
from hashlib import sha256

import duckdb
import pyarrow as pa

from identity import clusters, ledger

CODE = sha256("".join(map(inspect.getsource, (clusters, ledger))).encode()).hexdigest()
"""Goes into every print: what other code decided is decided again."""


def touched(nodes: pa.Table, edges: pa.Table, apart: pa.Table, before: pa.Table) -> pa.Table:
    """The nodes (node, print) of all components with something new, changed or gone since `before` (node, print).

    A print is a hash of all columns of its node, and of the `edges` and pairs `apart` (left_node, right_node, …) that
    lead from it to another node.
    """
    with duckdb.connect() as connection:
        for name, table in {"nodes": nodes, "edges": edges, "apart": apart, "before": before}.items():
            connection.register(name, table)
        connection.execute(_EVIDENCE)
        connection.execute(_PRINTED, {"code": CODE})
        return connection.execute(_TOUCHED).to_arrow_table()


_EVIDENCE = """
create table evidence as
with told as (
    select left_node, right_node, to_json(edges)::text as line, true as is_link from edges
    union all
    select left_node, right_node, to_json(apart)::text, false from apart
),
known as (
    from told semi join nodes on left_node = nodes.node
),
between as (
    from known semi join nodes on right_node = nodes.node where left_node <> right_node
)
select left_node as node, right_node as other, line, is_link from between
union all
select right_node, left_node, line, is_link from between
"""
_PRINTED = """
create table printed as
with lines as (
    select node, list_sort(list(line)) as lines from evidence group by node
)
select nodes.node, md5(concat($code, to_json(nodes)::text, array_to_string(lines.lines, ' '))) as print
from nodes
left join lines on nodes.node = lines.node
"""
_TOUCHED = """
with recursive touched as (
    select printed.node from printed anti join before on printed.node = before.node and printed.print = before.print
    union
    select evidence.other from touched inner join evidence on touched.node = evidence.node and evidence.is_link
)
from printed semi join touched on printed.node = touched.node
"""
