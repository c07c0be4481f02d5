"""Exports loaded through the real loader into a real DuckDB: what arrives, what is refused, that nothing is lost."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.source import TableCounts
from ingestion.sources.files import Settings, check
from ingestion.sources.files.problems import ExportRefused

CONTRACT = Path(__file__).resolve().parents[3] / "dbt_project" / "models" / "intermediate"
ACCOUNTS = {"source_record_id": "id", "name": "name"}
DEALS: dict[str, Any] = {
    "source_record_id": "id",
    "stage_code": "stage",
    "amount": "amount",
    "closed_at": "closed",
    "is_closed": {"column": "stage", "values": {"Won": True, "Lost": True}, "default": False},
    "is_won": {"column": "stage", "values": {"Won": True}, "default": False},
}


class Company:
    """A folder of exports, and the database they are loaded into."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "exports"
        self.path.mkdir()
        self.database = folder / "warehouse.duckdb"
        self._dlt = folder / "dlt"

    def write(self, name: str, content: str | bytes) -> None:
        (self.path / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    def settings(self, *tables: dict[str, Any]) -> Settings:
        return Settings.model_validate(
            {"name": "exports", "path": self.path, "contract_dir": CONTRACT, "tables": list(tables)}
        )

    def load(self, *tables: dict[str, Any]) -> TableCounts:
        """Load, and give the counts of the first table."""
        load = SourceLoad(REGISTRY["files"], self.settings(*tables), self.database, self._dlt)
        load.extract()
        counts = load.store().tables[tables[0]["table"]]
        assert counts.received == counts.loaded + counts.quarantined
        return counts

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def reasons(self) -> list[str]:
        return [row[0] for row in self.rows("select reason from raw_exports._quarantine order by reason")]


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def accounts(file: str, **more: Any) -> dict[str, Any]:
    return {"table": "accounts", "files": file, "columns": ACCOUNTS, **more}


def deals(file: str, columns: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"table": "opportunities", "files": file, "columns": {**DEALS, **(columns or {})}, **more}


def test_maps_types_values_constants_and_defaults(company: Company) -> None:
    company.write(
        "deals.csv",
        "id,stage,amount,closed,currency\nA,Won,1200.50,2026-03-01,usd\nB,Open,,,\nC,Lost,7,2026-03-02T23:30:00-02:00,EUR\n",
    )
    columns = {"currency_code": {"column": "currency", "default": "GBP"}, "pipeline_name": {"constant": "Direct"}}
    assert company.load(deals("deals.csv", columns)).quarantined == 0
    assert company.rows(
        "select source_record_id, amount, closed_at, is_closed, is_won, currency_code, pipeline_name, is_deleted, "
        "_record ->> 'currency' from raw_exports.opportunities order by 1"
    ) == [
        ("A", Decimal("1200.5"), datetime(2026, 3, 1), True, True, "USD", "Direct", False, "usd"),
        ("B", None, None, False, False, "GBP", "Direct", False, ""),
        ("C", Decimal(7), datetime(2026, 3, 3, 1, 30), True, False, "EUR", "Direct", False, "EUR"),
    ]


def test_every_canonical_table_exists_and_is_empty_unless_mapped(company: Company) -> None:
    company.write("a.csv", "id,name\n1,x\n")
    company.load(accounts("a.csv"))
    tables = {
        row[0] for row in company.rows("select table_name from duckdb_tables() where schema_name = 'raw_exports'")
    }
    assert {"opportunities", "sessions", "invoices", "commissions", "opportunity_contacts"} < tables
    assert company.rows("select count(*) from raw_exports.invoices") == [(0,)]
    columns = {row[0] for row in company.rows("select column_name from duckdb_columns() where table_name = 'accounts'")}
    assert "account_id" not in columns and "source_instance" not in columns and "owner_id" in columns


def test_dropping_a_mapping_empties_its_table(company: Company) -> None:
    company.write("a.csv", "id,name\n1,x\n")
    team = {"table": "teams", "files": "a.csv", "columns": ACCOUNTS}
    company.load(accounts("a.csv"), team)
    assert company.rows("select count(*) from raw_exports.teams") == [(1,)]
    company.load(accounts("a.csv"))
    assert company.rows("select count(*) from raw_exports.teams") == [(0,)]


def test_broken_lines_are_quarantined_with_file_line_and_reason_and_cost_no_other_line(company: Company) -> None:
    company.write(
        "a.csv",
        b'id,name\n1,fine\n\n2,"two\nlines"\n3\n4,x,too many\n5,"never closed\n6,fine\n7,\xff\n8,"a ""b"" c"\n'
        b'9,"x"y\n,none\n10,6" pipe\n11,"a\n\nb, c"',
    )
    counts = company.load(accounts("a.csv"))
    assert (counts.received, counts.loaded, counts.quarantined, counts.vendor_total) == (12, 6, 6, 6)
    assert company.rows("select source_record_id, name from raw_exports.accounts order by source_record_id::int") == [
        ("1", "fine"),
        ("2", "two\nlines"),
        ("6", "fine"),
        ("8", 'a "b" c'),
        ("10", '6" pipe'),
        ("11", "a\n\nb, c"),
    ]
    assert company.reasons() == [
        "a.csv line 10: the line has bytes that are not in the encoding of the file",
        "a.csv line 12: a quote is not closed, or closed inside a field",
        "a.csv line 13: source_record_id is empty",
        "a.csv line 6: 1 fields where the header has 2",
        "a.csv line 7: 3 fields where the header has 2",
        "a.csv line 8: a quote is not closed, or closed inside a field",
    ]
    assert company.rows("select record from raw_exports._quarantine where reason like '%line 7:%'") == [
        ("4,x,too many",)
    ]


def test_misfits_say_what_would_fit(company: Company) -> None:
    company.write(
        "deals.csv",
        "id,stage,amount,closed,type\n1,Won,12.345,2026-01-01,renewal\n2,Won,12,01.02.2026,renewal\n"
        "3,Won,1e999,2026-01-01,renewal\n4,Won,99999999999999999.00,2026-01-01,upsell\n5,Won,12.3400,2026-01-01,renewal\n",
    )
    assert company.load(deals("deals.csv", {"opportunity_type": "type"})).loaded == 1
    wanted = "is not a decimal(18,2) (set round = true to round it)"
    assert company.reasons() == [
        f"deals.csv line 2: amount: 12.345 {wanted}",
        "deals.csv line 3: closed_at: 01.02.2026 is not a timestamp written as in ISO 8601",
        f"deals.csv line 4: amount: 1e999 {wanted}",
        "deals.csv line 5: opportunity_type: upsell is not one of new_business, expansion, renewal: "
        f"list it under `values` of this column; amount: 99999999999999999.00 {wanted}",
    ]


def test_rounding_and_scaling_are_exact_when_asked_for(company: Company) -> None:
    company.write("deals.csv", "id,stage,amount,closed\n1,Won,12.345,\n2,Won,-12.345,\n3,Won,0.1,\n4,Won,1.5E2,\n")
    company.load(deals("deals.csv", {"amount": {"column": "amount", "round": True}}))
    query = "select amount from raw_exports.opportunities order by source_record_id"
    assert [row[0] for row in company.rows(query)] == [Decimal(text) for text in ("12.35", "-12.35", "0.1", "150")]
    company.load(deals("deals.csv", {"amount": {"column": "amount", "multiply_by": 1000}}))
    assert [row[0] for row in company.rows(query)] == [Decimal(text) for text in ("12345", "-12345", "100", "150000")]


def test_reads_other_notations(company: Company) -> None:
    text = "Export\n\nid;stage;amount;closed;expected\n1;Won;1.234,56;03.02.2026 14:05;3.2.2026\n2;Lost;12.5;n/a;-\n"
    company.write("deals.csv", text.encode("utf-16"))
    mapping = deals(
        "deals.csv",
        {"expected_close_date": "expected"},
        delimiter=";",
        encoding="utf-16",
        skip_lines=1,
        decimal_separator=",",
        thousands_separator=".",
        timestamp_format="%d.%m.%Y %H:%M",
        date_format="%d.%m.%Y",
        timezone="Europe/Berlin",
        null_values=["n/a", "-"],
    )
    company.load(mapping)
    assert company.rows(
        "select amount, closed_at, expected_close_date from raw_exports.opportunities order by source_record_id"
    ) == [(Decimal("1234.56"), datetime(2026, 2, 3, 13, 5), date(2026, 2, 3)), (Decimal(125), None, None)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16-le"])
def test_line_ends_marks_and_encodings(company: Company, encoding: str) -> None:
    company.write("a.csv", "id,name\r\n1,Zoë\r\n2,naïve\r\n".encode(encoding))
    company.load(accounts("a.csv", encoding=encoding.removesuffix("-sig")))
    assert company.rows("select name from raw_exports.accounts order by 1") == [("Zoë",), ("naïve",)]


def test_surrounding_white_space_never_reaches_a_key(company: Company) -> None:
    company.write("a.csv", "id,name\n 1 ,\u00a0x\t\n")
    company.load(accounts("a.csv"))
    assert company.rows("select source_record_id, name from raw_exports.accounts") == [("1", "x")]


def test_formats_give_the_same_rows(company: Company) -> None:
    company.write("csv.csv", "id,stage,amount,closed\n1,Won,12.50,2026-01-01T00:00:00\n2,Open,,\n")
    company.write(
        "jsonl.jsonl.gz",
        gzip.compress(
            b'{"id": 1, "stage": "Won", "amount": 12.50, "closed": "2026-01-01T00:00:00Z"}\n'
            b'{"id": "2", "stage": "Open"}\n'
        ),
    )
    pq.write_table(
        pa.table(
            {
                "id": ["1", "2"],
                "stage": ["Won", "Open"],
                "amount": pa.array([Decimal("12.50"), None], pa.decimal128(9, 2)),
                "closed": pa.array([datetime(2026, 1, 1), None], pa.timestamp("ms")),
            }
        ),
        company.path / "parquet.parquet",
    )
    found = []
    for file in ("csv.csv", "jsonl.jsonl.gz", "parquet.parquet"):
        assert company.load(deals(file)).loaded == 2
        found.append(
            company.rows(
                "select * exclude (_record, _extracted_at, _dlt_load_id) from raw_exports.opportunities "
                "order by source_record_id"
            )
        )
    assert found[0] == found[1] == found[2] and found[0][0][0] == "1"


def test_json_that_is_broken_or_would_lose_digits_is_quarantined(company: Company) -> None:
    lines = (
        '{"id": "1", "name": "x"}\n{"id": "2"\n[3]\n{"id": "4", "name": "y", "n": 12345678901234.567}\n{"id": "5"}\n'
    )
    company.write("a.jsonl", lines)
    assert company.load(accounts("a.jsonl")).loaded == 2
    assert [reason.partition(": ")[2] for reason in company.reasons()] == [
        "the line is not JSON",
        "the line is not a JSON object",
        "a number has more than 15 digits: export it as text",
    ]


def test_only_distinct_joined_keys_and_row_numbers(company: Company) -> None:
    company.write("a.csv", "region,seller,team,state\nW,Ann,One,on\nW,Bob,One,on\nE,Cy,Two,off\nE,Dee,Three,on\n")
    team = {"source_record_id": {"columns": ["region", "team"], "separator": "/"}, "name": "team"}
    counts = company.load(
        {"table": "teams", "files": "a.csv", "columns": team, "only": {"state": ["on"]}, "distinct": True},
        {"table": "owners", "files": "a.csv", "columns": {"source_record_id": {"row_number": True}, "name": "seller"}},
    )
    assert (counts.received, counts.quarantined) == (2, 0)
    assert company.rows("select source_record_id, name from raw_exports.teams order by 1") == [
        ("E/Three", "Three"),
        ("W/One", "One"),
    ]
    assert [row[0] for row in company.rows("select source_record_id from raw_exports.owners order by 1")] == [
        f"a.csv:{line}" for line in (2, 3, 4, 5)
    ]


def test_a_repeated_id_keeps_the_first_and_names_it_across_files(company: Company) -> None:
    company.write("1.csv", "id,name\na,first\nb,x\n")
    company.write("2.csv", "name,id\nsecond,a\nsecond,a\n")
    counts = company.load(accounts("*.csv"))
    assert (counts.received, counts.loaded, counts.quarantined) == (4, 2, 2)
    assert company.rows("select name from raw_exports.accounts where source_record_id = 'a'") == [("first",)]
    assert company.reasons() == [
        f"2.csv line {line}: source_record_id a is already used by 1.csv line 2" for line in (2, 3)
    ]


def test_running_again_replaces_and_keeps_each_bad_line_once(company: Company) -> None:
    company.write("a.csv", "id,name\n1,x\nbad\nbad\n2,y\n")
    first = company.load(accounts("a.csv"))
    assert company.load(accounts("a.csv")).rows_after == first.rows_after == 2
    assert len(company.reasons()) == 2
    company.write("a.csv", "id,name\n1,renamed\n3,z\n")
    company.load(accounts("a.csv"))
    assert company.rows("select source_record_id, name from raw_exports.accounts order by 1") == [
        ("1", "renamed"),
        ("3", "z"),
    ]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda path: path.unlink(), "no file matches `a.csv`"),
        (lambda path: path.write_text(""), "has no records, and had 40 the last time"),
        (lambda path: path.write_text("id,name\n"), "has no records, and had 40 the last time"),
        (lambda path: path.write_text("id,name\n1,x\n"), "has 1 records, and had 40 the last time"),
        (lambda path: path.write_text("Id,name\n1,x\n"), "a.csv has no column `id`; did you mean `Id`?"),
    ],
)
def test_a_missing_empty_or_short_export_is_refused_and_the_table_stays(
    company: Company, spoil: Callable[[Path], object], message: str
) -> None:
    company.write("a.csv", "id,name\n" + "".join(f"{n},x\n" for n in range(40)))
    company.load(accounts("a.csv"))
    spoil(company.path / "a.csv")
    with pytest.raises(ExportRefused) as refused:
        company.load(accounts("a.csv"))
    assert message in str(refused.value) and refused.value.remedy
    assert "sources.exports.tables[0]" in str(refused.value) + refused.value.remedy
    assert company.rows("select count(*) from raw_exports.accounts") == [(40,)]


def test_an_empty_export_is_accepted_when_allowed(company: Company) -> None:
    company.write("a.csv", "id,name\n1,x\n")
    company.load(accounts("a.csv"))
    company.write("a.csv", "")
    assert company.load(accounts("a.csv", allow_empty=True)).rows_after == 0


def test_check_lists_files_and_records(company: Company) -> None:
    company.write("1.csv", 'id,name\na,"x\ny"\n\nb,z\n')
    company.write("2.csv", "id,name\nc,x\n")
    assert check(company.settings(accounts("*.csv"))) == "accounts: 3 records in 1.csv, 2.csv"
