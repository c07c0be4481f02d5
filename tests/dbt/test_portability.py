"""Models above staging run on any engine: each one is compiled and read as Spark would read it.

A compiled model passes when sqlglot's Spark parser accepts it, it calls only functions named here, and it uses none of
the syntax that DuckDB has and Spark lacks.
"""

from __future__ import annotations

import re

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from tests.dbt.conftest import ABOVE_STAGING, PROJECT, Compiled

FUNCTIONS = set(
    """
    abs avg cast coalesce concat count date_trunc dense_rank extract first_value floor greatest lag last_value lead
    least length lower max md5 min nullif percentile_cont position power rank replace round row_number sum substring
    trim upper
    """.split()  # noqa: SIM905
)
"""Functions with the same name, arguments and result in DuckDB and Spark SQL, as far as the models use them."""

ADAPTER_RENDERED = {
    "date_diff": "rendered by our macro days_between for DuckDB; elsewhere that calls dbt.datediff",
    "regexp_matches": "rendered by our macro matches for DuckDB; elsewhere rlike",
}
"""Functions that come out of a dispatched macro; a model that writes them itself is refused."""

BEFORE_A_PARENTHESIS = set(
    """
    all and any as between by case else exists except from full group having in inner intersect is join left like not on
    or outer over partition right select set then union using values when where with window decimal distinct
    """.split()  # noqa: SIM905
)
"""Words that a parenthesis may follow without being a function."""

FORBIDDEN_TOKENS = {TokenType.DCOLON: "::", TokenType.QUALIFY: "qualify", TokenType.USING: "using"}
FORBIDDEN_NODES: dict[type[exp.Expression], str] = {
    exp.Filter: "filter (where …)",
    exp.TableSample: "sample",
    exp.Array: "an array literal",
    exp.Struct: "a struct literal",
    exp.Lambda: "a lambda",
    exp.Pivot: "pivot",
}


def violations(compiled: str, source: str = "") -> list[str]:
    """Why `compiled` may not run on another engine; `source` is the model as written. Empty when it may."""
    found = []
    try:
        tree = sqlglot.parse_one(compiled, read="spark")
    except SqlglotError as error:
        return [f"Spark cannot read it: {str(error).splitlines()[0]}"]
    tokens = sqlglot.tokenize(compiled, read="duckdb")
    found += [f"uses {FORBIDDEN_TOKENS[token.token_type]}" for token in tokens if token.token_type in FORBIDDEN_TOKENS]
    found += [f"uses {name}" for node, name in FORBIDDEN_NODES.items() if tree.find(node)]
    if any(group.args.get("all") for group in tree.find_all(exp.Group)):
        found.append("uses group by all")
    if any(
        star.args.get(part) for star in tree.find_all(exp.Star) for part in ("except_", "except", "replace", "rename")
    ):
        found.append("uses select * with exclusions")
    if any(union.args.get("by_name") for union in tree.find_all(exp.SetOperation)):
        found.append("uses union by name")
    for name in sorted(called_functions(tokens) - FUNCTIONS):
        if name not in ADAPTER_RENDERED:
            found.append(f"calls {name}()")
        elif re.search(rf"\b{name}\s*\(", source):
            found.append(f"calls {name}() itself instead of through a macro")
    return found


def called_functions(tokens: list[Token]) -> set[str]:
    """Names directly before an opening parenthesis, in lower case, without keywords, types and aliases."""
    names = set()
    for before, token, after in zip([None, *tokens], tokens, tokens[1:], strict=False):
        if after.token_type is not TokenType.L_PAREN or not re.fullmatch(r"[A-Za-z_]\w*", token.text):
            continue
        if token.token_type in (TokenType.STRING, TokenType.NUMBER) or token.text.lower() in BEFORE_A_PARENTHESIS:
            continue
        if before is not None and before.token_type is TokenType.ALIAS and token.text.lower() != "cast":
            continue
        names.add(token.text.lower())
    return names


def test_every_model_above_staging_is_portable(compiled_models: dict[str, Compiled]) -> None:
    on_disk = {path.stem for layer in ABOVE_STAGING for path in (PROJECT / "models" / layer).rglob("*.sql")}
    assert compiled_models.keys() == on_disk
    refused = {name: found for name, sql in compiled_models.items() if (found := violations(sql.code, sql.written))}
    assert not refused


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select a::date from t", "uses ::"),
        ("select a from t qualify row_number() over (order by a) = 1", "uses qualify"),
        ("select a, sum(b) from t group by all", "uses group by all"),
        ("select count(*) filter (where a > 1) from t", "uses filter (where …)"),
        ("select * exclude (a) from t", "uses select * with exclusions"),
        ("select * replace (1 as a) from t", "uses select * with exclusions"),
        ("select a from t union all by name select a from u", "uses union by name"),
        ("select x.n from generate_series(1, 10) as x(n)", "calls generate_series()"),
        ("select strftime(a, '%Y') from t", "calls strftime()"),
        ("select arg_max(a, b) from t", "calls arg_max()"),
        ("select epoch_ms(a) from t", "calls epoch_ms()"),
        ("select string_agg(a, ',') from t", "calls string_agg()"),
        ("select [1, 2] as a", "uses an array literal"),
        ("select from where", "Spark cannot read it"),
        ("select date_diff('day', a, b) from t", "calls date_diff() itself instead of through a macro"),
    ],
)
def test_the_rules_refuse_what_only_duckdb_knows(sql: str, reason: str) -> None:
    assert any(found.startswith(reason) for found in violations(sql, sql)), violations(sql, sql)


def test_the_rules_accept_plain_sql() -> None:
    sql = """
        with t as (select a, lag(b) over (partition by a order by c) as b from u where c in (select 1))
        select cast(a as decimal(18, 2)) as a, coalesce(b, 0) as b, c + interval '1' day as c, date_diff('day', c, c)
        from t inner join (select 1 as n) as v on (a = n) where not (b > 1)
    """
    assert violations(sql, "select {{ days_between('c', 'c') }}") == []
