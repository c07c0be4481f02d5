"""Splits the lines of a delimited file into records without losing one.

A record is a line, unless a quoted field holds line breaks. A quote that is opened and never closed costs its own line
only: DuckDB's reader would swallow every line up to the next quote, so the lines are paired here first.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from ingestion.sources.files.sql import text

LONGEST_RECORD = 1000
"""Lines that one quoted field may span; a quote that stays open for longer is taken for a stray one."""


class Dialect:
    """SQL expressions over a text column for one delimiter and quote (each one character; no quote: '')."""

    def __init__(self, delimiter: str, quote: str) -> None:
        self.delimiter, self.quote = delimiter, quote
        d, q = f"\\x{{{ord(delimiter):x}}}", f"\\x{{{ord(quote):x}}}" if quote else ""
        self._field = f"{q}(?:[^{q}]|{q}{q})*{q}|[^{q}{d}][^{d}]*|" if quote else f"[^{d}]*"
        self._delimiter_pattern = d

    def is_sound(self, line: str) -> str:
        """Whether every quoted field of `line` is closed, and closed at its end."""
        if not self.quote:
            return "true"
        pattern = f"(?:{self._field})(?:{self._delimiter_pattern}(?:{self._field}))*"
        return f"(not contains({line}, {text(self.quote)}) or regexp_full_match({line}, {text(pattern)}))"

    def fields(self, line: str) -> str:
        """The unquoted fields of `line` as a list; of an unsound line, something of the wrong length."""
        plain = f"string_split({line}, {text(self.delimiter)})"
        if not self.quote:
            return plain
        q = text(self.quote)
        # Every field is looked for with the delimiter before it, since an empty match would not move on.
        pattern = text(f"{self._delimiter_pattern}({self._field})")
        found = f"regexp_extract_all({text(self.delimiter)} || {line}, {pattern}, 1)"
        bare = f"case when starts_with(x, {q}) then replace(x[2:-2], {q} || {q}, {q}) else x end"
        return f"case when contains({line}, {q}) then list_transform({found}, lambda x: {bare}) else {plain} end"


def join_lines(connection: duckdb.DuckDBPyConnection, dialect: Dialect, width: int | None, after: int) -> None:
    """Make `records` (line_no, lines, text, problem) out of `lines`, less the first `after` lines and blank ones.

    `width` is the number of fields a record must have for lines to be joined into it; None joins none.
    """
    spans = _spans(connection, dialect, width, after) if dialect.quote and width is not None else []
    found = pa.table({"first_line": [first for first, _ in spans], "last_line": [last for _, last in spans]})
    connection.register("found", found.cast(pa.schema([("first_line", pa.int64()), ("last_line", pa.int64())])))
    connection.execute("create or replace temp table spans as select * from found")
    connection.unregister("found")
    connection.execute(
        f"""
        create or replace temp table records as
        with joined as (
            select first_line, last_line - first_line + 1 as lines, string_agg(line, chr(10) order by line_no) as text
            from spans inner join lines on line_no between first_line and last_line
            group by all
        )
        select line_no, 1 as lines, line as text,
            case
                when is_broken then 'the line has bytes that are not in the encoding of the file'
                when not {dialect.is_sound("line")} then 'a quote is not closed, or closed inside a field'
            end as problem
        from lines
        where line_no > {after} and trim(line) <> ''
            and not exists (select 1 from spans where line_no between first_line and last_line)
        union all
        select first_line, lines, text, null from joined
        """
    )


def _spans(connection: duckdb.DuckDBPyConnection, dialect: Dialect, width: int, after: int) -> list[tuple[int, int]]:
    """First and last lines of the records that go over several lines.

    Such a record begins on a line with an odd number of quotes that is unsound by itself, ends on the next line with
    an odd number, and has the right number of fields once joined. Pairing is greedy from the top.
    """
    q = text(dialect.quote)
    connection.execute(
        f"""
        create or replace temp table odd_lines as
        select line_no, {dialect.is_sound("line")} as is_sound,
            lead(line_no) over (order by line_no) as next_line_no
        from lines
        where line_no > {after} and contains(line, {q}) and not is_broken
            and (length(line) - length(replace(line, {q}, ''))) % 2 = 1
        """
    )
    candidates = connection.execute(
        f"""
        with joined as (
            select odd.line_no, any_value(odd.is_sound) as is_sound, any_value(odd.next_line_no) as next_line_no,
                string_agg(lines.line, chr(10) order by lines.line_no)
                    filter (where not odd.is_sound and odd.next_line_no - odd.line_no < {LONGEST_RECORD}) as text
            from odd_lines as odd left join lines
                on lines.line_no between odd.line_no and odd.next_line_no
                and odd.next_line_no - odd.line_no < {LONGEST_RECORD}
            group by odd.line_no
        )
        select line_no, next_line_no,
            coalesce(not is_sound and {dialect.is_sound("text")} and len({dialect.fields("text")}) = {width}, false)
        from joined
        order by line_no
        """
    ).fetchall()
    spans: list[tuple[int, int]] = []
    for first, last, fits in candidates:
        if fits and (not spans or first > spans[-1][1]):
            spans.append((first, last))
    return spans
