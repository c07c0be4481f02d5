"""Opens one file of an export as a DuckDB relation of records, each with its line and, if it is broken, the problem."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion.sources.files.csv_records import Dialect, join_lines
from ingestion.sources.files.lines import read_lines
from ingestion.sources.files.problems import ExportRefused, nearest
from ingestion.sources.files.settings import FileFormat, TableMapping
from ingestion.sources.files.sql import name, text

_COMPRESSED = {".gz", ".bz2", ".xz"}
_FORMATS: dict[str, FileFormat] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}


@dataclass(frozen=True)
class Export:
    """One opened file.

    `relation` is SQL giving `line_no`, `text` (the record as it came), `problem` (NULL where the record is whole) and
    whatever `columns` (source column → SQL text expression) and `record` (SQL for the whole record as JSON) refer to.
    `total` counts its records by another route than reading them through `relation`.
    """

    file: str
    relation: str
    columns: dict[str, str]
    record: str
    total: int
    dated: frozenset[str] = frozenset()
    """Columns that the file itself types as dates or timestamps: no format applies to them."""

    def require(self, wanted: Iterable[str], where: str) -> None:
        """Raise ExportRefused unless the file has every source column in `wanted`."""
        for column in wanted:
            if column not in self.columns:
                raise ExportRefused(
                    f"{where}: {self.file} has no column `{column}`{nearest(column, self.columns)}",
                    "Correct the column's name in the mapping; names are compared exactly.",
                )


def find_files(folder: Path, mapping: TableMapping, where: str) -> list[Path]:
    """The files that `mapping.files` names, in the order of their names. Raises ExportRefused where there is none."""
    if not folder.is_dir():
        raise ExportRefused(f"{where}: the folder {folder} does not exist", f"Set {where.split('.tables')[0]}.path.")
    found = sorted(path for path in folder.glob(mapping.files) if path.is_file())
    if not found:
        there = sorted(path.name for path in folder.iterdir() if path.is_file())
        raise ExportRefused(
            f"{where}.files: no file matches `{mapping.files}` in {folder}{nearest(mapping.files, there)}",
            "Export it again, or correct `files`; a table is never emptied because its file went missing.",
        )
    return found


def open_export(connection: duckdb.DuckDBPyConnection, path: Path, mapping: TableMapping, where: str) -> Export:
    """Open `path` as `mapping` describes it. Uses temporary tables of `connection`, so open one file at a time.

    Raises ExportRefused where the file as a whole cannot be read.
    """
    format_ = mapping.format or _format_of(path, where)
    try:
        if format_ == "parquet":
            return _open_parquet(connection, path)
        connection.register("incoming", read_lines(path, mapping.encoding))
        connection.execute("create or replace temp table lines as select * from incoming")
        connection.unregister("incoming")
        return _open_csv(connection, path, mapping, where) if format_ == "csv" else _open_jsonl(connection, path)
    except (duckdb.IOException, duckdb.InvalidInputException, OSError, EOFError) as error:
        reason = str(error).splitlines()[0]
        raise ExportRefused(
            f"{where}: {path.name} cannot be read as {format_}: {reason}", "Export it again, or correct `format`."
        ) from None


def _format_of(path: Path, where: str) -> FileFormat:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() not in _COMPRESSED]
    if not suffixes or suffixes[-1] not in _FORMATS:
        raise ExportRefused(
            f"{where}: {path.name} does not say what it is", 'Set format = "csv", "parquet" or "jsonl".'
        )
    return _FORMATS[suffixes[-1]]


def _open_csv(connection: duckdb.DuckDBPyConnection, path: Path, mapping: TableMapping, where: str) -> Export:
    dialect = Dialect(mapping.delimiter, mapping.quote)
    skipped, names = mapping.skip_lines, list(mapping.column_names)
    if not names:
        header = connection.execute(
            f"select line_no, {dialect.fields('line')} from lines "
            f"where line_no > {skipped} and trim(line) <> '' order by line_no limit 1"
        ).fetchone()
        if header is not None:
            skipped, names = header[0], [column.strip() for column in header[1]]
    if repeated := {column for column in names if names.count(column) > 1}:
        raise ExportRefused(
            f"{where}: {path.name} has more than one column `{sorted(repeated)[0]}`",
            "Give all names in `column_names` and set skip_lines to leave the header out.",
        )
    join_lines(connection, dialect, len(names), skipped)
    relation = f"""
        select line_no, text, fields, coalesce(problem, case when len(fields) <> {len(names)} then
            len(fields) || ' fields where the header has {len(names)}' end) as problem
        from (select line_no, text, problem, {dialect.fields("text")} as fields from records)
    """
    columns = {column: f"fields[{position}]" for position, column in enumerate(names, 1)}
    pairs = ", ".join(f"{text(column)}, {field}" for column, field in columns.items())
    return Export(path.name, relation, columns, f"json_object({pairs})", _line_total(connection, skipped))


def _open_jsonl(connection: duckdb.DuckDBPyConnection, path: Path) -> Export:
    join_lines(connection, Dialect(",", ""), None, 0)
    # DuckDB reads JSON numbers through binary floating point, exact for 15 digits: a longer fraction would be altered.
    relation = """
        select line_no, text, problem, case when problem is null then text end as object
        from (
            select line_no, text, case
                when problem is not null then problem
                when not json_valid(text) then 'the line is not JSON'
                when json_type(text) <> 'OBJECT' then 'the line is not a JSON object'
                when regexp_matches(text, '[:,\\[]\\s*-?[0-9]+\\.[0-9]+')
                    and list_max(list_transform(regexp_extract_all(text, '[:,\\[]\\s*-?([0-9]+\\.[0-9]+)', 1),
                        lambda number: length(number))) > 16
                    then 'a number has more than 15 digits: export it as text'
            end as problem
            from records
        )
    """
    keys = connection.execute(f"select distinct unnest(json_keys(object)) from ({relation})").fetchall()
    columns = {key: f"(object ->> {text('/' + key.replace('~', '~0').replace('/', '~1'))})" for (key,) in keys}
    return Export(path.name, relation, columns, "object", _line_total(connection, 0))


def _open_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> Export:
    source = f"read_parquet({text(str(path))}, file_row_number = true)"
    described = connection.execute(f"describe select * from {source}").fetchall()
    types = {row[0]: row[1] for row in described if row[0] != "file_row_number"}
    row = connection.execute(f"select sum(num_rows) from parquet_file_metadata({text(str(path))})").fetchone()
    pairs = ", ".join(f"{text(column)}, {name(column)}" for column in types)
    cells = "".join(f", cast({name(column)} as varchar) as {name(f'cell of {column}')}" for column in types)
    relation = f"""
        select file_row_number + 1 as line_no, json_object({pairs})::varchar as text, null::varchar as problem{cells}
        from {source}
    """
    columns = {column: name(f"cell of {column}") for column in types}
    dated = frozenset(column for column, type_ in types.items() if type_.startswith(("DATE", "TIMESTAMP")))
    return Export(path.name, relation, columns, "text", int(row[0]) if row and row[0] else 0, dated)


def _line_total(connection: duckdb.DuckDBPyConnection, skipped: int) -> int:
    """Records by counting physical lines: all, less the header, blank ones and those that continue a record."""
    row = connection.execute(
        f"""
        select count(*) filter (where trim(line) <> '' or inside) - count(*) filter (where inside)
        from (select line, exists (
            select 1 from spans where lines.line_no > spans.first_line and lines.line_no <= spans.last_line) as inside
            from lines where line_no > {skipped})
        """
    ).fetchone()
    assert row is not None
    return int(row[0])
