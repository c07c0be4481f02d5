"""The exact division that MRR and every ratio rest on, against Python's own fractions, in a real DuckDB."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import jinja2
import pytest

MACROS = Path(__file__).parents[2] / "dbt_project" / "macros" / "decimals.sql"


def divide_sql(scale: int, numerator_type: str, denominator_type: str) -> str:
    """What the macro `divide` renders for the columns n and d."""
    call = f"{{{{ divide('n', 'd', {scale}, '{numerator_type}', '{denominator_type}') }}}}"
    return jinja2.Environment().from_string(MACROS.read_text() + call).render()


def expected(numerator: Decimal, denominator: Decimal, scale: int) -> Decimal | None:
    """The quotient rounded half away from zero, by exact fractions; None for a zero denominator."""
    if denominator == 0:
        return None
    exact = abs(Fraction(numerator) / Fraction(denominator)) * 10**scale
    whole = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    sign = 1 if (numerator < 0) == (denominator < 0) else -1
    return (sign * Decimal(whole)).scaleb(-scale)


@pytest.mark.parametrize(
    ("scale", "numerator_type", "denominator_type", "most", "places", "divisors"),
    [
        (2, "decimal(33,14)", "decimal(19,0)", 10**12, 14, [100, 300, 1200, 2400, 700, 36500]),
        (2, "decimal(24,8)", "decimal(19,0)", 10**12, 8, [1, 2, 3, 6, 12, 24]),
        (6, "decimal(20,2)", "decimal(20,2)", 10**9, 2, None),
        (8, "decimal(19,8)", "decimal(19,8)", 10**4, 8, None),
    ],
)
def test_quotients_are_exact(
    scale: int, numerator_type: str, denominator_type: str, most: int, places: int, divisors: list[int] | None
) -> None:
    rng = random.Random(f"{scale}{numerator_type}")
    pairs = []
    for _ in range(2000):
        numerator = Decimal(rng.randint(-most, most) * 10**places // rng.choice([1, 7, 1000, 10**6])).scaleb(-places)
        denominator = Decimal(rng.choice(divisors)) if divisors else Decimal(rng.randint(-9999, 9999)).scaleb(-2)
        pairs.append((numerator, denominator))
    # Ties: a quotient exactly half a unit of the last digit away from a rounded one.
    pairs += [(Decimal(n).scaleb(-2), Decimal(200 if divisors is None else divisors[0])) for n in range(-301, 302, 2)]
    with duckdb.connect() as connection:
        connection.execute(f"create table pairs (place integer, n {numerator_type}, d {denominator_type})")
        connection.executemany("insert into pairs values (?, ?, ?)", [(i, *pair) for i, pair in enumerate(pairs)])
        query = f"select {divide_sql(scale, numerator_type, denominator_type)} from pairs order by place"
        found = [row[0] for row in connection.execute(query).fetchall()]
    wanted = [expected(*pair, scale) for pair in pairs]
    assert [(p, f, w) for p, f, w in zip(pairs, found, wanted, strict=True) if f != w] == []


def test_half_a_cent_goes_away_from_zero_and_nothing_divides_by_zero() -> None:
    with duckdb.connect() as connection:
        connection.execute("create table pairs (n decimal(20,2), d decimal(20,2))")
        connection.execute("insert into pairs values (2.01, 2), (-2.01, 2), (0.05, 3), (1, 0), (null, 2), (0, 5)")
        sql = divide_sql(2, "decimal(20,2)", "decimal(20,2)")
        found = [row[0] for row in connection.execute(f"select {sql} from pairs").fetchall()]
    assert found == [Decimal("1.01"), Decimal("-1.01"), Decimal("0.02"), None, None, Decimal("0.00")]
