"""The cases that confuse whoever matches people by hand, each by its name. Shared inboxes, test records, devices and
subsidiaries never come here: SQL settles them, in the unit tests of the models of `intermediate/identity`."""

from __future__ import annotations

import pyarrow as pa
import pytest

from identity import rescore
from identity.scoring import SCORES

THRESHOLD = 0.99
Person = tuple[str, str, str | None, str | None]
"""First name, last name, employer's domain (none for free mail), telephone."""
ONE: dict[str, tuple[Person, Person]] = {
    "a letter missing in the last name": (
        ("Ann", "Fitzgerald", "a.example", None),
        ("Ann", "Fitzgrald", "a.example", None),
    ),
    "two letters swapped in the last name": (
        ("Helene", "Lindqvist", "a.example", None),
        ("Helene", "Linqdvist", "a.example", None),
    ),
    "a misspelt first name, the same telephone": (
        ("Katarzyna", "Kowalska", "a.example", "491234567"),
        ("Katarzina", "Kowalska", "a.example", "491234567"),
    ),
    "a changed employer, the number taken along": (
        ("Ann", "Fitzgerald", "a.example", "491234567"),
        ("Ann", "Fitzgerald", "b.example", "491234567"),
    ),
    "Bulgarian in Cyrillic and in Latin letters": (
        ("Борис", "Иванов", "a.example", None),
        ("Boris", "Ivanov", "a.example", None),
    ),
    "Cyrillic and Latin letters, and a new employer": (
        ("Ольга", "Шевченко", "a.example", "380441234567"),
        ("Olga", "Shevchenko", "b.example", "380441234567"),
    ),
    "Serbian in Cyrillic and in Latin letters with signs": (
        ("Јована", "Ђорђевић", "a.example", None),
        ("Jovana", "Đorđević", "a.example", None),
    ),
    "accents left out": (("René", "Müller", "a.example", None), ("Rene", "Muller", "a.example", None)),
    "free mail, but the same number": (
        ("Ann", "Fitzgerald", None, "491234567"),
        ("Ann", "Fitzgerald", "a.example", "491234567"),
    ),
}
TWO: dict[str, tuple[Person, Person]] = {
    "a namesake at another employer": (("Ann", "Lee", "a.example", None), ("Ann", "Lee", "b.example", None)),
    "a namesake at the subsidiary, which has its own domain": (
        ("Ann", "Fitzgerald", "firm.example", None),
        ("Ann", "Fitzgerald", "firm-logistics.example", None),
    ),
    "namesakes with free mail": (("Ann", "Fitzgerald", None, None), ("Ann", "Fitzgerald", None, None)),
    "a brother at the same telephone": (
        ("Oleg", "Shevchenko", "a.example", "491234567"),
        ("Olga", "Shevchenko", "a.example", "491234567"),
    ),
    "a colleague at the switchboard": (
        ("Ann", "Fitzgerald", "a.example", "491234567"),
        ("Bob", "Fischer", "a.example", "491234567"),
    ),
    "a successor with the same first name": (
        ("Ann", "Fitzgerald", "a.example", "491234567"),
        ("Ann", "Kowalska", "a.example", "491234567"),
    ),
    "short last names a letter apart": (("Wei", "Chen", "a.example", None), ("Wei", "Chan", "a.example", None)),
    "wife and husband, in the Slavic way": (
        ("Ivan", "Petrov", "a.example", None),
        ("Ivana", "Petrova", "a.example", None),
    ),
    "a changed employer and nothing else to tell": (
        ("Ольга", "Шевченко", "a.example", None),
        ("Olga", "Shevchenko", "b.example", None),
    ),
}


@pytest.fixture(scope="module")
def sure() -> set[str]:
    """The cases whose two records are told to be one; each case is looked at by itself, at employers of its own."""
    lines = [
        (f"{case}/{side}", first, last, domain and f"{number}.{domain}", phone and f"{phone}{number:03d}")
        for number, (case, pair) in enumerate((ONE | TWO).items())
        for side, (first, last, domain, phone) in enumerate(pair)
    ]
    names = ("node", "first_name", "last_name", "domain", "phone")
    people = pa.table({name: pa.array(values, pa.string()) for name, values in zip(names, zip(*lines, strict=True))})
    found = [line for line in rescore(people, SCORES.empty_table()).to_pylist() if line["probability"] >= THRESHOLD]
    joined = {(line["left_node"], line["right_node"]) for line in found if line["left_node"] != line["right_node"]}
    assert all(left.split("/")[0] == right.split("/")[0] for left, right in joined)
    return {left.split("/")[0] for left, _ in joined}


@pytest.mark.parametrize("case", ONE)
def test_these_are_one(sure: set[str], case: str) -> None:
    assert case in sure


@pytest.mark.parametrize("case", TWO)
def test_these_are_two(sure: set[str], case: str) -> None:
    assert case not in sure
