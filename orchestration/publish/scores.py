"""`trust.table_scores`: how far each table can be trusted, its inputs included.

A table's own score is 1 less the share of its rows that break a rule or could not be loaded, the worst rule counting.
Its score is the lowest of its own and of those it is made from: a number is as good as its weakest input.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import duckdb

from ingestion.loader import QUARANTINE
from orchestration.publish.serving import describe

if TYPE_CHECKING:
    from expectations.runner import AuditResult
    from orchestration.modeling import NodeResult

TABLE = "trust.table_scores"
COMMENT = "How far each table can be trusted: its own checks, and those of everything it is made from."
COLUMNS = {
    "table_name": ("varchar", "schema.table"),
    "rows": ("bigint", "Rows it holds"),
    "quarantined_rows": ("bigint", "Records of it that did not fit and were set aside, all time"),
    "checks": ("bigint", "dbt tests and expectations on it"),
    "broken_checks": ("bigint", "Those that did not hold"),
    "own_score": ("decimal(9, 6)", "1 less the share of rows that break its worst rule"),
    "score": ("decimal(9, 6)", "The lowest of its own score and the scores of its inputs"),
    "weakest_input": ("varchar", "The table that the score comes from"),
}


@dataclass(frozen=True)
class Check:
    """One rule about one table; `failing_rows` is None where the rule is about the table as a whole."""

    table: str
    held: bool
    failing_rows: int | None


@dataclass(frozen=True)
class Score:
    """One row of `trust.table_scores`."""

    table: str
    rows: int
    quarantined: int
    checks: int
    broken: int
    own: float
    score: float
    weakest: str


def checks_of(audits: Sequence[AuditResult], nodes: Sequence[NodeResult], tables: Mapping[str, str]) -> list[Check]:
    """Audits and dbt tests alike; `tables` names the table behind each dbt node by unique id."""
    found = [Check(audit.table, audit.passed, audit.failing_rows) for audit in audits]
    for node in nodes:
        if node.resource_type == "test":
            table = next((tables[uid] for uid in reversed(node.tested) if uid in tables), None)
            if table:
                found.append(Check(table, node.status == "pass", node.failures))
    return found


def table_scores(
    connection: duckdb.DuckDBPyConnection, lineage: Mapping[str, Iterable[str]], checks: Sequence[Check]
) -> list[Score]:
    """Scores of every table in `lineage` (table → the tables it reads) and of those it reads, inputs first.

    Tables that are not there, such as views, pass on the scores of their inputs.
    """
    present = {f"{schema}.{name}" for schema, name in _names(connection)}
    quarantined = _quarantined(connection, present)
    by_table: dict[str, list[Check]] = defaultdict(list)
    for check in checks:
        by_table[check.table].append(check)
    scores: dict[str, Score] = {}
    for table in TopologicalSorter({table: set(reads) for table, reads in lineage.items()}).static_order():
        schema, name = table.split(".", 1)
        rows = 0
        if table in present:
            (rows,) = connection.execute(f'select count(*) from "{schema}"."{name}"').fetchone() or (0,)
        own = _own(rows, quarantined.get(table, 0), by_table[table])
        inputs = [scores[read] for read in lineage.get(table, ()) if read in scores]
        weakest = min(inputs, key=lambda score: (score.score, score.table), default=None)
        if weakest is None or own <= weakest.score:
            score, culprit = own, table
        else:
            score, culprit = weakest.score, weakest.weakest
        scores[table] = Score(
            table,
            rows,
            quarantined.get(table, 0),
            len(by_table[table]),
            sum(not check.held for check in by_table[table]),
            own,
            score,
            culprit,
        )
    return list(scores.values())


def write_scores(connection: duckdb.DuckDBPyConnection, scores: Sequence[Score]) -> None:
    """Replace `trust.table_scores`; only tables that exist are shown."""
    columns = ", ".join(f"{name} {type_}" for name, (type_, _) in COLUMNS.items())
    connection.execute(f"create or replace table {TABLE} ({columns})")
    if scores:
        connection.executemany(
            f"insert into {TABLE} values (?, ?, ?, ?, ?, ?, ?, ?)",
            [[s.table, s.rows, s.quarantined, s.checks, s.broken, s.own, s.score, s.weakest] for s in scores],
        )
    describe(connection, TABLE, COMMENT, {name: text for name, (_, text) in COLUMNS.items()})


def _own(rows: int, quarantined: int, checks: Sequence[Check]) -> float:
    score = rows / (rows + quarantined) if quarantined else 1.0
    for check in checks:
        if not check.held:
            # A rule about the table as a whole weighs as one of its rules, one about rows as the rows that break it.
            share = 1 / len(checks) if check.failing_rows is None else min(1.0, check.failing_rows / max(rows, 1))
            score = min(score, 1 - share)
    return round(score, 6)


def _names(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()


def _quarantined(connection: duckdb.DuckDBPyConnection, present: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for table in present:
        schema, name = table.split(".", 1)
        if name == QUARANTINE.name:
            rows = connection.execute(f'select table_name, count(*) from "{schema}"."{name}" group by 1').fetchall()
            found |= {f"{schema}.{raw}": count for raw, count in rows}
    return found
