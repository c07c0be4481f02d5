"""A GA4 export, read from files as BigQuery writes them, into a real DuckDB."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingestion.errors import BrokenPagination, VendorError
from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.source import SourceReport, StreamContext
from ingestion.sources.ga4 import Settings, check, events, streams
from ingestion.tables import Rejected
from tests.ingestion.sources.ga4_export import event, three_days, write_lines, write_parquet

Row = dict[str, Any]


class Export:
    """A folder of files, and runs of the connector's stream that remember as a pipeline would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "export"
        self.folder.mkdir()
        self.state: dict[str, Any] = {}
        self.rejected: list[Rejected] = []

    def run(self, **changes: Any) -> list[Row]:
        """What one run hands on, in the order of events."""
        settings = Settings(name="ga4", **{"path": self.folder, **changes})
        (stream,) = streams(settings)
        context = StreamContext(self.state, datetime(2026, 4, 1))
        rows: list[Row] = []
        for page in stream.pages(context):
            assert isinstance(page, pa.Table)
            rows += page.to_pylist()
        self.rejected = context.rejected
        return sorted(rows, key=lambda row: (row["event_at"], row["event_id"]))

    def days(self, **changes: Any) -> list[str]:
        """The days that one run reads."""
        return sorted({f"{row['event_date']:%d}" for row in self.run(**changes)})


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return Export(tmp_path)


@pytest.fixture
def filled(export: Export) -> Export:
    """Three days as Parquet."""
    for day, of_day in three_days().items():
        write_parquet(export.folder / f"events_{day}.parquet", of_day)
    return export


def test_every_event_arrives_with_its_parameters_in_columns(filled: Export) -> None:
    rows = filled.run()
    given = [one for of_day in three_days().values() for one in of_day]
    assert [row["event_name"] for row in rows] == [one["event_name"] for one in given]
    assert [_micros(row["event_at"]) for row in rows] == [int(one["event_timestamp"]) for one in given]
    lead = next(row for row in rows if row["event_name"] == "generate_lead")
    assert lead["is_key_event"] is True
    assert (lead["value"], lead["currency"], lead["ga_session_id"]) == (Decimal("12.5"), "eur", 1)
    assert (lead["session_source"], lead["session_campaign"]) == ("google", "spring")
    assert (lead["user_id"], lead["country"], lead["browser"]) == ("Buyer@Firm.example", "Germany", "Chrome")
    scrolls = [row for row in rows if row["event_name"] == "scroll"]
    assert [row["other_params"] for row in scrolls] == ['{"percent_scrolled":"90"}'] * 2
    assert rows[0]["other_params"] is None


@pytest.mark.parametrize("suffix", [".json", ".jsonl.gz"])
def test_json_lines_hold_what_parquet_holds(suffix: str, filled: Export, tmp_path: Path) -> None:
    (tmp_path / "lines").mkdir()
    other = Export(tmp_path / "lines")
    for day, of_day in three_days().items():
        write_lines(other.folder / f"events_{day}" / f"part-000{suffix}", of_day)
    assert other.run() == filled.run()


@pytest.mark.parametrize("batch_rows", [1, 2, 100_000])
def test_any_batch_size_brings_the_same(batch_rows: int, filled: Export) -> None:
    assert len(filled.run(batch_rows=batch_rows)) == 8


def test_events_that_nothing_tells_apart_are_told_apart(filled: Export) -> None:
    ids = [row["event_id"] for row in filled.run()]
    assert len(set(ids)) == len(ids)
    filled.state.clear()
    assert [row["event_id"] for row in filled.run()] == ids


def test_several_files_of_a_day_are_one_day(export: Export) -> None:
    first, *rest = three_days()["20260302"]
    write_parquet(export.folder / "events_20260302-000000000000.parquet", [first])
    write_parquet(export.folder / "events_20260302-000000000001.parquet", rest)
    assert len(export.run()) == 5


# ── which days are read ──────────────────────────────────────────────────────────────────────────────────────────────


def test_the_newest_days_are_read_again_the_others_not(filled: Export) -> None:
    assert filled.days() == ["01", "02", "03"]
    assert filled.days(reload_days=2) == ["02", "03"]
    assert filled.days(reload_days=0) == []


def test_an_old_day_that_changed_or_came_late_is_read(filled: Export) -> None:
    filled.run()
    write_parquet(
        filled.folder / "events_20260301.parquet", [event("2026-03-01 10:00:00"), event("2026-03-01 11:00:00")]
    )
    write_parquet(filled.folder / "events_20260228.parquet", [event("2026-02-28 10:00:00")])
    assert filled.days(reload_days=1) == ["01", "03", "28"]


def test_other_key_events_read_everything_anew(filled: Export) -> None:
    filled.run()
    rows = filled.run(reload_days=0, key_events=("scroll",))
    assert {row["event_name"] for row in rows if row["is_key_event"]} == {"scroll"}
    assert len(rows) == 8


def test_days_before_the_start_stay_in_their_files(filled: Export) -> None:
    assert filled.days(start_date=date(2026, 3, 3)) == ["03"]


def test_a_pattern_names_files(filled: Export) -> None:
    assert filled.days(path=filled.folder / "events_2026030[12].parquet") == ["01", "02"]


def test_a_day_s_own_table_goes_before_its_provisional_ones(export: Export) -> None:
    early, late = event("2026-03-04 08:00:00"), event("2026-03-04 20:00:00")
    write_lines(export.folder / "events_intraday_20260304.json", [early])
    assert [row["is_provisional"] for row in export.run()] == [True]
    write_lines(export.folder / "events_fresh_20260304.json", [early, early])
    assert len(export.run()) == 2
    write_lines(export.folder / "events_20260304.json", [early, early, late])
    assert [row["is_provisional"] for row in export.run()] == [False, False, False]


# ── a warehouse ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_day_is_replaced_as_a_whole_and_runs_repeat_without_effect(filled: Export, tmp_path: Path) -> None:
    for _ in range(2):
        _load(filled, tmp_path)
        filled.state.clear()
        assert _held(tmp_path) == filled.run()
    kept = three_days()["20260302"]
    write_parquet(filled.folder / "events_20260302.parquet", [*kept[1:], event("2026-03-02 22:00:00", visitor="9.9")])
    (filled.folder / "events_20260301.parquet").unlink()  # pruned from the folder: what was loaded stays
    report = _load(filled, tmp_path)
    filled.state.clear()
    held = _held(tmp_path)
    assert [row for row in held if row["event_date"] > date(2026, 3, 1)] == filled.run()
    assert len(held) == report.tables["events"].rows_after == 8
    assert any(row["user_pseudo_id"] == "9.9" for row in held)


# ── consent ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_denied_consent_has_no_identity(filled: Export) -> None:
    denied = [row for row in filled.run() if row["analytics_storage"] == "No"]
    assert [(row["event_name"], row["user_pseudo_id"], row["user_id"]) for row in denied] == [
        ("page_view", None, None),
        ("sign_up", None, None),
    ]


# ── files that are not as they should be ─────────────────────────────────────────────────────────────────────────────


def test_what_is_no_event_is_quarantined_and_counted(export: Export, tmp_path: Path) -> None:
    good, timeless, nameless = event("2026-03-01 10:00:00"), event("2026-03-01 10:00:01"), event("2026-03-01 10:00:02")
    timeless["event_timestamp"] = "soon"
    del nameless["event_name"]
    file = write_lines(export.folder / "events_20260301.json", [good, timeless, nameless])
    file.write_text(file.read_text() + '{"event_name": \n\n{"event_name": \n')
    report = _load(export, tmp_path)
    counts = report.tables["events"]
    assert (counts.received, counts.loaded, counts.quarantined) == (5, 1, 4)
    export.run()
    assert sorted(item.reason for item in export.rejected) == [
        "event_name is missing",
        "event_timestamp is missing",
        "the line is not JSON",
        "the line is not JSON",
    ]


def test_fields_that_came_later_are_empty_in_older_days(export: Export) -> None:
    later = ("session_traffic_source_last_click", "collected_traffic_source", "privacy_info", "batch_page_id",
             "batch_ordering_id", "batch_event_index", "ecommerce", "geo")  # fmt: skip
    write_parquet(export.folder / "events_20260302.parquet", three_days()["20260302"], without=later)
    rows = export.run()
    assert len({row["event_id"] for row in rows}) == 5
    assert {row["session_source"] for row in rows} == {None}
    assert {row["country"] for row in rows} == {None}
    assert rows[-1]["user_id"] == "Buyer@Firm.example"


def test_new_and_retyped_fields(export: Export) -> None:
    new = {**event("2026-03-01 10:00:00", value="a lot", ga_session_id="77", debug=True), "introduced": {"a": 1}}
    write_lines(export.folder / "events_20260301.json", [new])
    (row,) = export.run()
    assert row["value"] is None
    assert row["ga_session_id"] == 77


@pytest.mark.parametrize("field", ["event_params", "user_pseudo_id", "event_timestamp"])
def test_a_file_without_what_makes_an_export_is_refused(field: str, export: Export) -> None:
    write_parquet(export.folder / "events_20260301.parquet", [event("2026-03-01 10:00:00")], without=(field,))
    with pytest.raises(VendorError, match=f"no column {field}"):
        export.run()


def test_a_file_cut_short_is_refused(filled: Export) -> None:
    file = filled.folder / "events_20260302.parquet"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(VendorError, match=r"events_20260302\.parquet cannot be read"):
        filled.run()
    assert filled.state["days"] == {}


def test_a_count_that_does_not_reconcile_is_refused(filled: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = events.DaysReader._open
    monkeypatch.setattr(events.DaysReader, "_open", lambda self, days: honest(self, days) + 1)
    with pytest.raises(BrokenPagination, match="gave 8 of 9 events"):
        filled.run()


def test_files_that_went_away_are_said(filled: Export) -> None:
    filled.run()
    shutil.rmtree(filled.folder)
    with pytest.raises(VendorError, match="no file of a GA4 export"):
        filled.run()


def test_one_day_in_two_formats_is_refused(filled: Export) -> None:
    write_lines(filled.folder / "events_20260301.json", three_days()["20260301"])
    with pytest.raises(VendorError, match="as Parquet and as JSON Lines"):
        filled.run()


def test_what_is_no_table_of_events_is_left_alone(filled: Export) -> None:
    for name in ("users_20260301.parquet", "events_20261399.parquet", "events_20260301.csv", "readme.txt"):
        (filled.folder / name).write_text("not this")
    assert len(filled.run()) == 8


def test_check_lists_the_days(filled: Export) -> None:
    write_lines(filled.folder / "events_intraday_20260304.json", [event("2026-03-04 08:00:00")])
    said = check(Settings(name="ga4", path=filled.folder))
    assert said == "GA4 export: 4 days from 2026-03-01 to 2026-03-04, 1 of them still provisional"


def _load(export: Export, folder: Path) -> SourceReport:
    settings = Settings(name="ga4", path=export.folder)
    load = SourceLoad(REGISTRY["ga4"], settings, folder / "w.duckdb", folder / "dlt")
    load.extract()
    return load.store()


def _held(folder: Path) -> list[Row]:
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        sql = "select * exclude (_record, _extracted_at, _is_deleted, _dlt_load_id) from raw_ga4.events"
        rows = connection.execute(f"{sql} order by event_at, event_id").to_arrow_table().to_pylist()
    return list(rows)


def _micros(moment: datetime) -> int:
    return round(moment.replace(tzinfo=UTC).timestamp() * 1_000_000)
