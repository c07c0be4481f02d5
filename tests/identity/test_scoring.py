"""Names and scores: the confusing cases a sales team meets, and that scoring in parts is scoring as a whole."""

from __future__ import annotations

import pyarrow as pa
import pytest

from identity import rescore
from identity.names import plain
from identity.scoring import SCORES

COLUMNS = ("node", "first_name", "last_name", "domain", "phone")
THRESHOLD = 0.99
PEOPLE = [
    ("olga", "Ольга", "Шевченко", "a.example", "1234567"),
    ("latin at a new employer", "Olga", "Shevchenko", "b.example", "1234567"),
    ("misspelt, telephone unknown", "Olga", "Shevcenko", "a.example", None),
    ("brother with the same telephone", "Oleg", "Shevchenko", "a.example", "1234567"),
    ("namesake elsewhere", "Olga", "Shevchenko", "c.example", None),
    ("colleague at the switchboard", "Olga", "Petrova", "a.example", "1234567"),
    ("initial only", "O.", "Shevchenko", "a.example", None),
    ("chen", "Wei", "Chen", "d.example", None),
    ("chan", "Wei", "Chan", "d.example", None),
    ("ivan", "Ivan", "Petrov", "e.example", None),
    ("ivana", "Ivana", "Petrova", "e.example", None),
    ("free mail", "Olga", "Shevchenko", None, None),
    ("free mail too", "Olga", "Shevchenko", None, None),
    ("no letters", None, "李", "a.example", "1234567"),
]
NOTHING = SCORES.empty_table()


def table(people: list[tuple[str, ...]] | list[tuple[str | None, ...]]) -> pa.Table:
    return pa.table({name: pa.array(values, pa.string()) for name, values in zip(COLUMNS, zip(*people))})


@pytest.fixture(scope="module")
def scores() -> pa.Table:
    return rescore(table(PEOPLE), NOTHING)


def test_only_those_who_are_one_are_sure_enough(scores: pa.Table) -> None:
    sure = {
        frozenset((line["left_node"], line["right_node"]))
        for line in scores.to_pylist()
        if line["left_node"] != line["right_node"] and line["probability"] >= THRESHOLD
    }
    assert sure == {
        frozenset(("olga", "latin at a new employer")),
        frozenset(("olga", "misspelt, telephone unknown")),
    }


def test_scoring_in_parts_is_scoring_as_a_whole(scores: pa.Table) -> None:
    part = rescore(table(PEOPLE[:4]), NOTHING)
    assert rescore(table(PEOPLE), part).equals(scores)


def test_a_changed_record_is_scored_anew_and_a_removed_one_forgotten(scores: pa.Table) -> None:
    changed = [("olga", "Ольга", "Шевченко", "z.example", None), *PEOPLE[2:]]
    assert rescore(table(changed), scores).equals(rescore(table(changed), NOTHING))


def test_nothing_new_means_nothing_to_score(scores: pa.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("identity.scoring._pairs", None)
    assert rescore(table(PEOPLE), scores).equals(scores)
    assert rescore(table(PEOPLE).slice(0, 0), NOTHING).num_rows == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Шевченко", "shevchenko"),
        ("Ђорђевић", "djordjevic"),
        ("O'Brien", "obrien"),
        ("de-Vries", "de vries"),
        ("Łukasz", "lukasz"),
        ("Weiß", "weiss"),
        ("  Zoë  Ann ", "zoe ann"),
        ("李", ""),
        (None, ""),
    ],
)
def test_names_in_plain_letters(name: str | None, expected: str) -> None:
    assert plain(name) == expected
