"""How well and how fast records are told apart and together at a scale: `python -m benchmarks.identity --scale 10`.

The simulator's facts are put into canonical tables, and only the models of who is who are built on them: once on all,
once with nothing new, and once with what the following days add. Vendors' faults in transport are not in it.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.facts_as_canonical import put
from identity.changes import touched
from ingestion.registry import REGISTRY
from ingestion.sandbox.facts import Facts
from ingestion.sandbox.world import simulate
from orchestration import modeling
from orchestration.publish.matching import measure
from orchestration.refresh import Refresh
from orchestration.settings import load_settings

MODELS = "path:models/intermediate/identity session_people"
SLOWEST = 6
SEED = 7


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="benchmarks.identity", description=__doc__)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 6, 30))
    options.add_argument("--days", type=int, default=7, help="how far the last build is ahead of the first")
    options.add_argument("--seed", type=int, default=SEED)
    given = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, _empty_company(Path(folder)) as refresh:
        facts = simulate(given.as_of, given.seed, given.scale)
        _round(refresh, "All new", facts)
        _round(refresh, "Nothing new", facts)
        facts = simulate(given.as_of + timedelta(days=given.days), given.seed, given.scale)
        _round(refresh, f"{given.days} days later", facts)


@contextmanager
def _empty_company(folder: Path) -> Iterator[Refresh]:
    """A warehouse with every source on and nothing in it, its canonical tables built."""
    os.environ["REVOPS_HOME"] = str(folder / "home")
    settings = folder / "revops.toml"
    sources = "".join(f"[sources.{name}]\n" for name in REGISTRY if name != "files")
    settings.write_text(f"[sandbox]\nenabled = true\n{sources}")
    config = load_settings(settings)
    with Refresh(config) as refresh:
        refresh.manifest = modeling.parse(config, refresh.candidate.warehouse)
        modeling.build(config, refresh.candidate.warehouse, select="+bridge_account_records", manifest=refresh.manifest)
        yield refresh


def _round(refresh: Refresh, title: str, facts: Facts) -> None:
    """Put the company in, build, and tell how long it took and how right it is."""
    warehouse = refresh.candidate.warehouse
    with duckdb.connect(str(warehouse)) as connection:
        counts = put(facts, connection)
        before, ledger = _scored(connection), _ledger(connection)
    nodes = modeling.build(refresh.config, warehouse, select=MODELS, manifest=refresh.manifest)
    if broken := [node for node in nodes if not node.is_ok]:
        raise SystemExit(f"{broken[0].name}: {broken[0].message}")
    with duckdb.connect(str(warehouse)) as connection:
        fresh = len(_scored(connection) - before)
        nodes_anew, nodes_held = _made_anew(connection, ledger)
    models = sorted((node for node in nodes if node.unique_id.startswith("model.")), key=lambda node: -node.seconds)
    records, seconds = sum(counts.values()), sum(node.seconds for node in models)
    _tell(f"\n{title}: {records:,} records, of which {fresh:,} were scored; models built in {seconds:.1f} s")
    _tell(f"  of {nodes_held:,} records and addresses of people, {nodes_anew:,} were put into clusters anew")
    _tell("  " + ", ".join(f"{node.name} {node.seconds:.2f} s" for node in models[:SLOWEST]))
    for score in measure(warehouse, facts):
        shares = (score.pair_precision, score.pair_recall, score.cluster_precision, score.cluster_recall)
        told = ", ".join("-" if share is None else f"{share:.4f}" for share in shares)
        _tell(f"  {score.subject}: {score.records:,} records; pairs right, found; by record right, found: {told}")


def _scored(connection: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """Records that have been scored, as they looked then."""
    return set(
        connection.execute(
            "select left_node, left_print from solved.name_scores where left_node = right_node"
        ).fetchall()
    )


def _ledger(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    return connection.execute("from ledger.person_assignments").to_arrow_table()


def _made_anew(connection: duckdb.DuckDBPyConnection, before: pa.Table) -> tuple[int, int]:
    """How many lines of the ledger of people were made rather than carried over from `before`, and how many it has."""
    nodes = connection.execute("from canonical.identity_nodes").to_arrow_table()
    edges = connection.execute("from canonical.identity_edges").to_arrow_table()
    nobody = edges.slice(0, 0)
    return touched(nodes, edges, nobody, before).num_rows, nodes.num_rows


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
