"""Names and scores: the confusing cases a sales team meets, and that scoring in parts is scoring as a whole."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from identity import rescore, scoring
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


def test_a_new_record_is_compared_with_its_likes_only(monkeypatch: pytest.MonkeyPatch) -> None:
    staff = [
        (f"{firm}-{number}", first, f"{last}{'abcdefghij'[firm % 10]}", f"{firm}.example", f"55501{firm:03d}{number}")
        for firm in range(30)
        for number, (first, last) in enumerate(
            (("Ann", "Keller"), ("Anna", "Kelly"), ("Bob", "Fischer"), ("Cy", "Osman"))
        )
    ]
    newcomer = ("new", "Anne", "Kellera", "0.example", None)
    before = rescore(table(staff), NOTHING)
    compared: list[int] = []

    def counted(connection: duckdb.DuckDBPyConnection) -> str:
        compared.extend(count for (count,) in connection.execute("select count(*) from compared").fetchall())
        return score(connection)

    score = scoring._pairs
    monkeypatch.setattr(scoring, "_pairs", counted)
    assert rescore(table([*staff, newcomer]), before).equals(rescore(table([*staff, newcomer]), NOTHING))
    assert compared == [3, 121]  # the newcomer, and whose names begin alike at the same employer; everybody


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
