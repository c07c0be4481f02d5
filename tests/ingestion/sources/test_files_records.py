"""Splitting lines into records against two oracles: Python's own CSV writer, and the lines that went in."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import duckdb
import pytest

from ingestion.sources.files import lines
from ingestion.sources.files.exports import open_export
from ingestion.sources.files.settings import TableMapping

MAPPING = {"table": "teams", "files": "x", "columns": {"source_record_id": "a"}}


def read(path: Path, **dialect: str) -> tuple[list[tuple[int, str, str | None, list[str]]], int]:
    """(line, text, problem, fields) of each record of `path` in order, and how many it is counted to have."""
    with duckdb.connect() as connection:
        export = open_export(connection, path, TableMapping.model_validate({**MAPPING, **dialect}), "test")
        query = f"select line_no, text, problem, fields from ({export.relation}) order by line_no"
        return connection.execute(query).fetchall(), export.total


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("block_bytes", [7, 1 << 20])
def test_reads_what_a_csv_writer_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, delimiter: str, quoting: int, block_bytes: int
) -> None:
    monkeypatch.setattr(lines, "BLOCK_BYTES", block_bytes)
    chance = random.Random(f"{delimiter}{quoting}")
    letters = ["x", "é", " ", '"', "\n", ",", ";", "\t", "|", "'"]
    cells = ["".join(chance.choice(letters) for _ in range(chance.randrange(6))) for _ in range(600)]
    rows = [cells[start : start + 3] for start in range(0, 600, 3)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator="\r\n")  # type: ignore[arg-type]
    writer.writerows([["a", "b", "c"], *[row if any(row) else ["x", "", ""] for row in rows]])
    path = tmp_path / "x.csv"
    path.write_bytes(text.getvalue().encode())
    records, total = read(path, delimiter=delimiter)
    assert [problem for _, _, problem, _ in records if problem] == []
    assert [fields for *_, fields in records] == [row if any(row) else ["x", "", ""] for row in rows]
    assert total == len(rows)


@pytest.mark.parametrize("seed", range(20))
def test_every_line_that_goes_in_comes_out_once_and_in_place(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    pieces = (b"a", b"1", b",", b'"', b'""', b"\xff", b" ")
    given = [b"".join(chance.choice(pieces) for _ in range(chance.randrange(9))) for _ in range(300)]
    path = tmp_path / "x.csv"
    path.write_bytes(b"\n".join([b"a,b", *given]) + b"\n")
    records, total = read(path)
    assert total == len(records)
    found: dict[int, str] = {}
    for first, text, *_ in records:
        for line_no, line in enumerate(text.split("\n"), first):
            assert line_no not in found
            found[line_no] = line
    expected = {line_no: line.decode("utf-8", "replace") for line_no, line in enumerate(given, 2)}
    assert {n: line for n, line in found.items() if line.strip(" ")} == {
        n: line for n, line in expected.items() if line.strip(" ")
    }


def test_a_stray_quote_costs_its_own_line_only(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(
        "a,b\n" + "".join(f"{n},ok\n" for n in range(5)) + '5,"stray\n' + "".join(f"{n},ok\n" for n in range(6, 3000))
    )
    records, total = read(path)
    assert total == len(records) == 3000
    assert [line for line, _, problem, _ in records if problem] == [7]


def test_without_a_quote_character_quotes_are_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a,b\n"1,2"\n')
    records, _ = read(path, quote="")
    assert [fields for *_, fields in records] == [['"1', '2"']]


def test_names_can_be_given_where_there_is_no_header(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("1,2\n")
    with duckdb.connect() as connection:
        mapping = TableMapping.model_validate({**MAPPING, "column_names": ["a", "b"]})
        export = open_export(connection, path, mapping, "test")
        assert list(export.columns) == ["a", "b"] and export.total == 1
