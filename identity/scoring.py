"""Scores pairs of records whose names and whereabouts are alike, with Splink (Fellegi and Sunter's model).

Only pairs with a new or changed record are scored; the others keep the score they have, which depends on nothing else.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from identity.names import plain
from identity.weights import BLOCKS, COMPARISONS, PRIOR, Comparisons

if TYPE_CHECKING:
    from splink import Linker

WORTH_KEEPING = 0.5
"""Pairs less probable than that are forgotten: no threshold may be set so low."""

SCORES = pa.schema(
    {
        "left_node": pa.string(),
        "right_node": pa.string(),
        "probability": pa.float64(),
        "left_print": pa.string(),
        "right_print": pa.string(),
    }
)
"""A pair, how probable it is that both are one person, and what the two looked like when that was found out. A record
paired with itself says that it has been scored."""


def rescore(people: pa.Table, earlier: pa.Table) -> pa.Table:
    """Scores (see SCORES) of all pairs among `people` (node, first_name, last_name, domain, phone, all text).

    Those among the `earlier` ones whose two records are unchanged are taken over. Whatever part of the result they
    were, it is the same. Without a new or changed record Splink is not even imported.
    """
    with duckdb.connect() as connection:
        connection.register("people", people)
        connection.register("earlier", earlier)
        connection.execute(_PRINTED)
        connection.execute(_KEPT)
        [(fresh,)] = connection.execute("select count(*) from fresh").fetchall()
        if fresh:
            _fold_names(connection)
            connection.execute(_COMPARED)
            connection.execute(f"create table pairs as {_pairs(connection)}")
            connection.execute(_ADDED)
        return connection.execute("from scores order by left_node, right_node").to_arrow_table().cast(SCORES)


def _fold_names(connection: duckdb.DuckDBPyConnection) -> None:
    """Each different name once, beside what is compared of it."""
    names = connection.execute(
        "select first_name from printed union select last_name from printed order by all"
    ).to_arrow_table()
    written = names.column(0).to_pylist()
    folded = pa.table({"written": pa.array(written, pa.string()), "plain": pa.array(map(plain, written), pa.string())})
    connection.register("folded_names", folded)


def _pairs(connection: duckdb.DuckDBPyConnection) -> str:
    """A query that gives left, right and probability of every pair with a fresh record."""
    found = linker(connection, COMPARISONS, PRIOR).inference.predict(threshold_match_probability=WORTH_KEEPING)
    return f"select node_l, node_r, match_probability from {found.physical_name}"


def linker(connection: duckdb.DuckDBPyConnection, comparisons: Comparisons, prior: float) -> Linker:
    """Splink over the table `compared` (node, is_fresh, what `comparisons` and BLOCKS speak of)."""
    from splink import Linker, SettingsCreator
    from splink.backends.duckdb import DuckDBAPI

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="node",
        probability_two_random_records_match=prior,
        comparisons=[
            {
                "output_column_name": name,
                "comparison_levels": [
                    {
                        "sql_condition": "ELSE" if level.condition == "else" else level.condition,
                        "label_for_charts": level.condition,
                        "m_probability": level.m,
                        "u_probability": level.u,
                    }
                    for level in levels
                ],
            }
            for name, levels in comparisons.items()
        ],
        blocking_rules_to_generate_predictions=[
            {"blocking_rule": f"l.{key} = r.{key} and (l.is_fresh or r.is_fresh)", "sql_dialect": "duckdb"}
            for key in BLOCKS
        ],
        retain_matching_columns=False,
    )
    database = DuckDBAPI(connection=connection)
    logging.getLogger("splink").setLevel(logging.ERROR)
    return Linker(database.register("compared"), settings, log_level=logging.ERROR)


_PRINTED = """
create table printed as
select *, md5(concat_ws('|', coalesce(first_name, ''), last_name, coalesce(domain, ''), coalesce(phone, ''))) as print
from people
where last_name is not null
"""
_KEPT = """
create table scores as
select e.*
from earlier as e
inner join printed as l on e.left_node = l.node and e.left_print = l.print
inner join printed as r on e.right_node = r.node and e.right_print = r.print;
create table fresh as select node from printed anti join scores on node = left_node and node = right_node
"""
_KEYS = ", ".join(f"{expression} as {key}" for key, expression in BLOCKS.items())
_SHARED = " or ".join(f"{key} in (select {key} from blocked where is_fresh)" for key in BLOCKS)
_COMPARED = f"""
create table compared as
with named as (
    select p.node, f.plain as first, l.plain as last, p.domain, p.phone, fresh.node is not null as is_fresh
    from printed as p
    left join folded_names as f on p.first_name is not distinct from f.written
    inner join folded_names as l on p.last_name = l.written
    left join fresh on p.node = fresh.node
    where l.plain <> ''
),
blocked as (
    select *, {_KEYS} from named
)
select * from blocked where {_SHARED}
"""
_ADDED = """
insert into scores
select least(x.node, y.node), greatest(x.node, y.node), probability,
    case when x.node < y.node then x.print else y.print end, case when x.node < y.node then y.print else x.print end
from (from pairs as pair(l, r, probability)) as pair
inner join printed as x on pair.l = x.node
inner join printed as y on pair.r = y.node;
insert into scores select node, node, 1, print, print from printed semi join fresh using (node)
"""
