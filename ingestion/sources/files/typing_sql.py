"""SQL that turns mapped text into the types of the contract; NULL where the text does not fit."""

from __future__ import annotations

from ingestion.sources.files.contract import ContractColumn
from ingestion.sources.files.settings import ColumnMapping, TableMapping
from ingestion.sources.files.sql import text, texts

_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ZONED = r"[0-9]{2}:[0-9]{2}.*([+-][0-9]{2}(:?[0-9]{2})?|Z)$"
_TRUE = ("true", "t", "yes", "y", "1")
_FALSE = ("false", "f", "no", "n", "0")


def cleaned(source: str, mapping: TableMapping) -> str:
    """The text of `source` without surrounding white space; NULL where it is empty or one of the null values."""
    # Trimming more than spaces is slow, and few cells hold such characters at all.
    rare = [f"chr({code})" for code in (9, 10, 13, 160)]
    has_rare = " or ".join(f"contains({source}, {mark})" for mark in rare)
    thorough = f"trim({source}, ' ' || {' || '.join(rare)})"
    trimmed = f"(case when {has_rare} then {thorough} else trim({source}) end)"
    return f"case when {trimmed} not in {texts(('', *mapping.null_values))} then {trimmed} end"


def joined(cells: list[str], separator: str) -> str:
    """Several cleaned texts as one, an empty one leaving its place empty; NULL where all are."""
    parts = f" || {text(separator)} || ".join(f"coalesce({cell}, '')" for cell in cells)
    return f"case when coalesce({', '.join(cells)}) is not null then {parts} end"


def typed(column: ContractColumn, rule: ColumnMapping, table: TableMapping, cell: str, is_dated: bool) -> str:
    """The value of `column` from `cell`, SQL for what the file holds (NULL where it is empty).

    What a setting states (constants, listed values, defaults) is written as the contract writes it; what the file
    holds is read with the table's separators, formats and time zone.
    """
    if rule.constant is not None:
        return literal(column, rule.constant)
    read = _own(column, rule, table, cell, is_dated)
    listed = " ".join(f"when {text(key)} then {literal(column, value)}" for key, value in rule.values.items())
    if rule.default is None:
        return f"case {cell} {listed} else {read} end" if listed else read
    fallback = literal(column, rule.default)
    if listed:
        return f"case {cell} {listed} else {fallback} end"
    return f"case when {cell} is null then {fallback} else {read} end"


def literal(column: ContractColumn, value: str) -> str:
    """A value stated in the settings, as SQL of the column's type; an empty one is NULL."""
    return _canonical(column, text(value)) if value else f"cast(null as {_sql_type(column)})"


def _sql_type(column: ContractColumn) -> str:
    return "varchar" if column.data_type == "string" else column.data_type


def _own(column: ContractColumn, rule: ColumnMapping, table: TableMapping, cell: str, is_dated: bool) -> str:
    if column.is_numeric:
        if table.thousands_separator:
            cell = f"replace({cell}, {text(table.thousands_separator)}, '')"
        if table.decimal_separator != ".":
            # A point that is no thousands separator would otherwise pass for the decimal one.
            mark = text(table.decimal_separator)
            cell = f"case when contains({cell}, '.') then '?' else replace({cell}, {mark}, '.') end"
        return _number(column, cell, rule)
    form = rule.format or (table.date_format if column.data_type == "date" else table.timestamp_format)
    if column.data_type == "date" and form and not is_dated:
        return f"cast(try_strptime({cell}, {text(form)}) as date)"
    if column.data_type == "timestamp":
        if form and not is_dated:
            moment = f"try_strptime({cell}, {text(form)})"
            return f"({moment} at time zone 'UTC')" if "%z" in form else _to_utc(moment, table.timezone)
        return _timestamp(cell, table.timezone)
    return _canonical(column, cell)


def _canonical(column: ContractColumn, cell: str) -> str:
    """`cell` in the contract's own notation: ISO dates, decimal points, `true` and `false`."""
    if column.is_numeric:
        return _number(column, cell, None)
    match column.data_type:
        case "string":
            return f"{column.letter_case}({cell})" if column.letter_case else cell
        case "boolean":
            word = f"lower({cell})"
            return f"case when {word} in {texts(_TRUE)} then true when {word} in {texts(_FALSE)} then false end"
        case "date":
            return f"case when regexp_matches({cell}, '{_DAY}($|[T ])') then try_cast({cell}[:10] as date) end"
        case "timestamp":
            return _timestamp(cell, "UTC")
    raise AssertionError(column.data_type)


def _number(column: ContractColumn, cell: str, rule: ColumnMapping | None) -> str:
    """A number that fits the contract's digits exactly, or, where the rule says so, rounded half away from zero."""
    if column.data_type == "double":
        return f"try_cast({cell} as double)"
    is_rounded = rule is not None and rule.round
    scale = int(column.data_type.rstrip(")").rpartition(",")[2]) if column.is_decimal else 0
    # Told from the text: parsing with more digits, to compare, takes a hundred times as long.
    fraction = "[0-9]*" if is_rounded else f"[0-9]{{0,{scale}}}0*"
    plain = f"[+-]?([0-9]+(\\.{fraction})?|\\.{fraction})"
    direct = f"try_cast({cell} as {column.data_type})"
    factor = rule.multiply_by if rule else None
    exact = f"try_cast({cell} as decimal(38, 18))"
    if factor is not None:
        exact = f"try_cast({cell} as decimal(26, 8)) * cast({text(str(factor))} as decimal(12, 4))"
    fitted = f"try_cast(({exact}) as {column.data_type})"
    slow = fitted if is_rounded else f"case when {fitted} = ({exact}) then {fitted} end"
    return (
        "case "
        + (f"when regexp_full_match({cell}, '{plain}') then {direct} " if factor is None else "")
        + f"when regexp_full_match({cell}, '{_NUMBER}') then {slow} end"
    )


def _timestamp(cell: str, zone: str) -> str:
    zoned = f"try_cast({cell} as timestamptz) at time zone 'UTC'"
    local = _to_utc(f"try_cast({cell} as timestamp)", zone)
    return (
        f"case when regexp_matches({cell}, '{_ZONED}') then {zoned} "
        f"when regexp_matches({cell}, '{_DAY}($|[T ])') then {local} end"
    )


def _to_utc(moment: str, zone: str) -> str:
    return moment if zone == "UTC" else f"({moment} at time zone {text(zone)}) at time zone 'UTC'"
