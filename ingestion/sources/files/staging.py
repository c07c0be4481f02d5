"""Maps opened exports onto one canonical table inside DuckDB: every record ends typed, or with the reason why not."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pyarrow as pa

from ingestion.errors import BrokenPagination
from ingestion.sources.files.contract import NEUTRAL_DEFAULTS, ContractColumn, ContractTable
from ingestion.sources.files.exports import Export
from ingestion.sources.files.problems import ExportRefused
from ingestion.sources.files.settings import ColumnMapping, TableMapping
from ingestion.sources.files.sql import name, text, texts
from ingestion.sources.files.typing_sql import cleaned, joined, literal, typed
from ingestion.tables import Rejected

BATCH_ROWS = 100_000


class Staging:
    """One canonical table under construction in `connection`, which must be its alone."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, table: ContractTable) -> None:
        self._connection, self._table = connection, table
        self._files = 0
        self.counted = 0
        """Records that the files hold for this table, counted apart from reading them, less those left out."""
        columns = ", ".join(f"{name(column.name)} {column.raw.duckdb_type}" for column in table.columns)
        connection.execute(
            "create table staged (_file_no bigint, _file varchar, _line_no bigint, _text varchar, _record varchar, "
            f"_reason varchar, {columns})"
        )

    def check_literals(self, mapping: TableMapping, where: str) -> None:
        """Raise ExportRefused where a constant, default or listed value is not of its column's type or values."""
        for column, rule in _rules(self._table, mapping):
            stated = [rule.constant, rule.default, *rule.values.values()]
            for value in (value for value in stated if value):
                row = self._connection.execute(f"select {literal(column, value)}").fetchone()
                if row is None or row[0] is None or (column.accepted and row[0] not in column.accepted):
                    raise ExportRefused(
                        f"{where}.columns.{column.name}: `{value}` is not {_kind(column)}", "Correct that value."
                    )

    def add(self, export: Export, mapping: TableMapping) -> int:
        """Stage every record of `export`; the number of its records, those left out by `only` and `distinct` included.

        Raises BrokenPagination should a record have been lost on the way.
        """
        rules = _rules(self._table, mapping)
        cells = {column.name: _cell(rule, mapping, export) for column, rule in rules}
        kept = _kept(mapping, export)
        select_cells = "".join(f", {cells[column.name]} as {_cell_name(column)}" for column, _ in rules)
        select_values = "".join(
            f", {typed(column, rule, mapping, _cell_name(column), _is_dated(rule, export))} as {name(column.name)}"
            for column, rule in rules
        )
        values = ", ".join(name(column.name) for column, _ in rules)
        reasons = ", ".join(_reason(column, rule, mapping) for column, rule in rules)
        before = self._count()
        self._files += 1
        self._connection.execute(
            f"""
            insert into staged (_file_no, _file, _line_no, _text, _record, _reason, {values})
            select {self._files}, {text(export.file)}, _line_no, case when _reason is not null then _text end,
                case when _reason is null then _record end, _reason, {values}
            from (
                select *, case when _problem is not null then _problem
                    else nullif(concat_ws('; ', {reasons}), '') end as _reason
                from (
                    select *{select_values}
                    from (
                        select line_no as _line_no, text as _text, problem as _problem,
                            {export.record} as _record{select_cells}
                        from ({export.relation}) where problem is not null or ({kept})
                    )
                )
            )
            """
        )
        left_out = self._drop_equal(values) if mapping.distinct else 0
        if mapping.only:
            query = f"select count(*) from ({export.relation}) where problem is null and not ({kept})"
            left_out += _number(self._connection, query)
        if (staged := self._count() - before) + left_out != export.total:
            raise BrokenPagination(
                f"{export.file}: {export.total} records were counted, {staged} read and {left_out} left out",
                "The file may have changed while it was read; export it again and run again.",
            )
        self.counted += export.total - left_out
        return export.total

    def _drop_equal(self, values: str) -> int:
        """Keep the first of the records whose mapped values are all equal; how many were dropped."""
        before = self._count()
        self._connection.execute(
            f"""
            delete from staged where _reason is null and rowid not in (
                select min(rowid) from staged where _reason is null group by {values})
            """
        )
        return before - self._count()

    def reject_repeats(self) -> None:
        """Keep the first record of each id; the later ones are rejected, naming the first."""
        self._connection.execute(
            """
            create temp table repeats as
            select source_record_id, min({file_no: _file_no, line_no: _line_no}) as place,
                arg_min(_file, {file_no: _file_no, line_no: _line_no}) as file
            from staged where _reason is null group by source_record_id having count(*) > 1
            """
        )
        self._connection.execute(
            """
            update staged set _text = _record,
                _reason = 'source_record_id ' || staged.source_record_id || ' is already used by '
                    || repeats.file || ' line ' || repeats.place.line_no
            from repeats
            where _reason is null and staged.source_record_id = repeats.source_record_id
                and {file_no: _file_no, line_no: _line_no} > repeats.place
            """
        )

    def rejected(self) -> list[Rejected]:
        """What did not fit, with file, line and reason."""
        rows = self._connection.execute(
            """
            select _file || ' line ' || _line_no || ': ' || _reason, _text,
                row_number() over (partition by _text order by _file_no, _line_no) - 1
            from staged where _reason is not null order by _file_no, _line_no
            """
        ).fetchall()
        return [Rejected(self._table.name, reason, record, repeat) for reason, record, repeat in rows]

    def accepted(self) -> Iterator[pa.Table]:
        """What fitted, in batches of the raw table's columns."""
        columns = ", ".join(name(column.name) for column in self._table.columns)
        query = f"select {columns}, _record from staged where _reason is null"
        for batch in self._connection.execute(query).to_arrow_reader(BATCH_ROWS):
            yield pa.Table.from_batches([batch])

    def _count(self) -> int:
        return _number(self._connection, "select count(*) from staged")


def _rules(table: ContractTable, mapping: TableMapping) -> list[tuple[ContractColumn, ColumnMapping]]:
    """Every contract column that has an origin: a setting, or a neutral default."""
    rules = []
    for column in table.columns:
        if column.name in mapping.columns:
            rules.append((column, mapping.columns[column.name]))
        elif column.is_required and column.name in NEUTRAL_DEFAULTS:
            rules.append((column, ColumnMapping(constant=NEUTRAL_DEFAULTS[column.name])))
    return rules


def _cell(rule: ColumnMapping, mapping: TableMapping, export: Export) -> str:
    if rule.row_number:
        return f"{text(export.file + ':')} || line_no"
    if rule.constant is not None:
        return "null::varchar"
    cells = [cleaned(export.columns[column], mapping) for column in rule.source_columns]
    return cells[0] if len(cells) == 1 else joined(cells, rule.separator)


def _cell_name(column: ContractColumn) -> str:
    return name(f"cell for {column.name}")


def _kept(mapping: TableMapping, export: Export) -> str:
    tests = [
        f"coalesce({cleaned(export.columns[column], mapping)}, '') in {texts(values)}"
        for column, values in mapping.only.items()
    ]
    return " and ".join(tests) or "true"


def _is_dated(rule: ColumnMapping, export: Export) -> bool:
    return rule.column in export.dated


def _reason(column: ContractColumn, rule: ColumnMapping, mapping: TableMapping) -> str:
    """SQL for what is wrong with one column of a record; NULL where nothing is."""
    cell, value, label = _cell_name(column), name(column.name), column.name
    shown = f"left({cell}, 60)"
    cases = []
    # Listed values and constants were checked beforehand; what a setting empties on purpose is no misfit.
    if rule.constant is None and not (rule.values and rule.default is not None):
        listed = f" and {cell} not in {texts(rule.values)}" if rule.values else ""
        misfit = text(f" is not {_kind(column, rule, mapping)}")
        cases.append(
            f"when {cell} is not null and {value} is null{listed} then {text(label + ': ')} || {shown} || {misfit}"
        )
    if column.is_required:
        cases.append(f"when {value} is null then {text(label + ' is empty')}")
    if column.accepted:
        advice = text(f" is not one of {', '.join(column.accepted)}: list it under `values` of this column")
        cases.append(f"when {value} not in {texts(column.accepted)} then {text(label + ': ')} || {shown} || {advice}")
    return f"case {' '.join(cases)} end" if cases else "null"


def _kind(column: ContractColumn, rule: ColumnMapping | None = None, mapping: TableMapping | None = None) -> str:
    if column.accepted:
        return f"one of {', '.join(column.accepted)}"
    if column.data_type in ("date", "timestamp"):
        form = rule.format if rule else None
        if form is None and mapping is not None:
            form = mapping.date_format if column.data_type == "date" else mapping.timestamp_format
        return f"a {column.data_type} written {form or 'as in ISO 8601'}"
    if column.is_decimal and not (rule and rule.round):
        return f"a {column.data_type} (set round = true to round it)"
    return f"a {column.data_type}"


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])
