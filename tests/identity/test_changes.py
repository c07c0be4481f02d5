"""A refresh makes anew only the clusters that something has changed about, and the ledger is as if it had made all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from identity import changes, next_ledger, read_ledger, tables
from identity.tables import LEDGER

NOW = datetime(2026, 1, 1)
EMPTY = LEDGER.empty_table()


class Company:
    """What is known on a day: nodes with age and telephone, evidence, and pairs that a reviewer called different."""

    def __init__(self) -> None:
        self.nodes: dict[str, tuple[int | None, str | None]] = {}
        self.edges: dict[tuple[str, str, str], tuple[float, bool]] = {}
        self.apart: dict[tuple[str, str], str] = {}

    def change(self, table: str, key: Any, value: Any) -> None:
        """`value` None takes away what is there."""
        held = getattr(self, table)
        if value is None:
            held.pop(key, None)
        else:
            held[key] = value

    def ledger(self, before: pa.Table, day: int) -> pa.Table:
        by_age = sorted(self.nodes.items(), key=lambda item: (item[1][0] is None, item[1][0] or 0, item[0]))
        nodes = [(node, trait, age) for node, (age, trait) in by_age]
        edges = [(*key, *value) for key, value in self.edges.items()]
        decisions = [(*key, decision) for key, decision in self.apart.items()]
        return next_ledger(
            rows(nodes, node=pa.string(), trait=pa.string(), age=pa.int64()),
            rows(edges, **ENDS, rule=pa.string(), confidence=pa.float64(), is_guess=pa.bool_()),
            rows(decisions, **ENDS, decision=pa.string()),
            before,
            NOW + timedelta(days=day),
            lambda node: f"id of {node}",
        )


ENDS = {"left_node": pa.string(), "right_node": pa.string()}


def rows(lines: Sequence[tuple[Any, ...]], **columns: pa.DataType) -> pa.Table:
    values = zip(*lines, strict=True) if lines else [()] * len(columns)
    return pa.table({name: pa.array(column, columns[name]) for name, column in zip(columns, values, strict=True)})


def lines(ledger: pa.Table) -> list[dict[str, Any]]:
    return ledger.sort_by("node").to_pylist()


def forgetful(ledger: pa.Table) -> pa.Table:
    """`ledger` without prints, so that every cluster is made anew."""
    return ledger.set_column(LEDGER.get_field_index("print"), "print", pa.nulls(ledger.num_rows, pa.string()))


def step(random: Random, names: Sequence[str]) -> tuple[str, Any, Any]:
    """Something that changes among a few nodes."""
    table = random.choice(("nodes", "edges", "edges", "apart"))
    if table == "nodes":
        looks = (random.choice((None, 0, 1, 2)), random.choice((None, "1", "2")))
        return table, random.choice(names), random.choice((None, looks, looks))
    pair = random.choice(names), random.choice(names)
    if table == "apart":
        return table, pair, random.choice((None, "different", "same"))
    tie = random.choice((1.0, 0.9, 0.8)), random.random() < 0.5
    return table, (*pair, random.choice("rs")), random.choice((None, tie, tie))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_changes_the_ledger_is_as_if_all_were_made_anew(seed: int) -> None:
    """Hundreds of firms of five at once, none of which has to do with another; every day something changes in some."""
    random, company, kept = Random(seed), Company(), EMPTY
    firms = [[f"{firm} {letter}" for letter in "abcde"] for firm in range(300)]
    for names in firms:
        for name in names:
            company.change("nodes", name, (None, None))
        for _ in range(random.randrange(25)):
            company.change(*step(random, names))
    for day in range(6):
        anew = company.ledger(forgetful(kept), day)
        kept = company.ledger(kept, day)
        assert lines(kept) == lines(anew)
        for names in random.sample(firms, 150):
            for _ in range(random.randint(1, 2)):
                company.change(*step(random, names))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The nodes that each call of `next_ledger` made clusters of."""
    calls: list[set[str]] = []
    join = tables.join

    def spied(nodes: Sequence[str], *evidence: Any) -> Any:
        calls.append(set(nodes))
        return join(nodes, *evidence)

    monkeypatch.setattr(tables, "join", spied)
    return calls


def three_pairs() -> Company:
    company = Company()
    for age, node in enumerate("abcdef"):
        company.change("nodes", node, (age, None))
    for left, right in ("ba", "dc", "fe"):
        company.change("edges", (left, right, "same_email"), (1.0, False))
    return company


CHANGES: dict[str, tuple[list[tuple[str, Any, Any]], str]] = {
    "nothing": ([], ""),
    "a new record": ([("nodes", "g", (9, None))], "g"),
    "a new record with evidence": ([("nodes", "g", (9, None)), ("edges", ("g", "a", "r"), (1.0, False))], "abg"),
    "a deleted record": ([("nodes", "b", None)], "a"),
    "another telephone": ([("nodes", "d", (3, "1"))], "cd"),
    "another age": ([("nodes", "c", (7, None))], "cd"),
    "a link between two": ([("edges", ("d", "a", "r"), (0.9, True))], "abcd"),
    "a link gone": ([("edges", ("f", "e", "same_email"), None)], "ef"),
    "a link less sure": ([("edges", ("f", "e", "same_email"), (0.5, False))], "ef"),
    "a link to nobody": ([("edges", ("a", "z", "r"), (1.0, False))], ""),
    "a decision": ([("apart", ("a", "b"), "different")], "ab"),
    "a decision about two who are two": ([("apart", ("a", "d"), "different")], "abcd"),
    "a decision of another kind": ([("apart", ("a", "d"), "same")], ""),
}


@pytest.mark.parametrize("case", CHANGES)
def test_only_what_a_change_touches_is_made_anew(made: list[set[str]], case: str) -> None:
    company, (changed, touched) = three_pairs(), CHANGES[case]
    before = company.ledger(EMPTY, 0)
    for change in changed:
        company.change(*change)
    after = company.ledger(before, 1)
    assert made == [set("abcdef"), set(touched)]
    assert company.ledger(after, 2).equals(after)
    assert made[2] == set()


def test_what_other_code_decided_is_decided_again(made: list[set[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    company = three_pairs()
    before = company.ledger(EMPTY, 0)
    monkeypatch.setattr(changes, "CODE", "other")
    after = company.ledger(before, 1)
    assert made[1] == set("abcdef")
    assert lines(after.drop_columns("print")) == lines(before.drop_columns("print"))


def test_a_ledger_from_before_there_were_prints_keeps_its_ids(made: list[set[str]]) -> None:
    company = three_pairs()
    before = company.ledger(EMPTY, 0)
    with duckdb.connect() as session:
        relation = SimpleNamespace(database="memory", schema="main", identifier="person_assignments")
        assert read_ledger(session, relation).equals(EMPTY)
        session.register("old", before.drop_columns("print"))
        session.execute("create table person_assignments as from old")
        after = company.ledger(read_ledger(session, relation), 1)
    assert made[1] == set("abcdef")
    assert lines(after) == lines(before)
