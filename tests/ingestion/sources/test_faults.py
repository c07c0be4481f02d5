"""Every source that the sandbox serves, against every fault it can plant: the raw tables end up holding what the world
holds, or the run is refused and nothing is stored.

A new source is tested here as soon as it is in the registry and the sandbox has its vendor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from ingestion.errors import IngestionError
from ingestion.registry import REGISTRY
from ingestion.sandbox.facts import Facts
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors import VENDORS
from ingestion.sandbox.world import MIX, simulate
from tests.ingestion.sources.conftest import Rows, Warehouse

SOURCES = sorted(VENDORS.keys() & REGISTRY.keys())
EARLIER, AS_OF = date(2024, 1, 31), date(2024, 3, 31)
TRANSPORT = ("duplicates", "rate_limit_storm", "outage")

NOT_MOVED_BY_ITS_RECORD = {"hubspot": "associated_.*"}
"""Columns that a vendor changes without saying so in the record's time of change; its README tells."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry at once: what is tested is that a request is made again, not the pause before it."""
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)


@cache
def company(as_of: date) -> Facts:
    """A company so small that it can be read record by record, with something for every vendor; of what there is for
    each day of the year, every tenth day."""
    facts = simulate(as_of, scale=0.08, mix=MIX)
    return replace(
        facts,
        forecast_submissions=facts.forecast_submissions[:12],
        quotas=facts.quotas[:12],
        exchange_rates=[rate for rate in facts.exchange_rates if rate.day.day in (1, 11, 21)],
        ad_days=[spent for spent in facts.ad_days if spent.day.day in (1, 11, 21)],
    )


def serve(*defects: str, facts: Facts | None = None, page_cap: int | None = None) -> SandboxServer:
    return SandboxServer(
        AS_OF,
        facts=facts or company(AS_OF),
        earlier=company(EARLIER),
        defects=defects,
        page_cap=page_cap,
        window_scale=0.0001,
    )


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Warehouse]:
    """The company loaded once, with nothing going wrong."""

    @cache
    def loaded(source: str) -> Warehouse:
        warehouse = Warehouse(source, tmp_path_factory.mktemp(f"clean_{source}"))
        with serve() as sandbox:
            warehouse.load(sandbox)
        return warehouse

    return loaded


def held(warehouse: Warehouse, but: str = "_record") -> dict[str, Rows]:
    """The living rows of every table, without when they came and without the columns `but` (a pattern)."""
    but = "|".join(filter(None, ("_extracted_at|_dlt_load_id", but)))
    columns = f"columns(name -> not regexp_full_match(name, '{but}'))"
    return warehouse.queries(
        {
            table.name: f"select {columns} from raw.{table.name} where not coalesce(_is_deleted, false) order by all"
            for table in REGISTRY[warehouse.name].connector.tables(None)
        }
    )


def keys(warehouse: Warehouse) -> dict[str, Rows]:
    """The keys of every table's rows; the whole record where a table has none."""
    return warehouse.queries(
        {
            table.name: f"select {', '.join(table.key) or '_record'} from raw.{table.name} order by all"
            for table in REGISTRY[warehouse.name].connector.tables(None)
        }
    )


@pytest.mark.parametrize("source", SOURCES)
def test_faults_of_transport_change_nothing(
    source: str, clean: Callable[[str], Warehouse], warehouse: Callable[[str], Warehouse]
) -> None:
    """Repeats across pages of one record, refusals with and without Retry-After, outages: the rows of full pages."""
    faulty = warehouse(source)
    with serve(*TRANSPORT, page_cap=1) as sandbox:
        faulty.load(sandbox)
    expected = clean(source).contents()
    assert any(expected.values())
    assert faulty.contents() == expected


@pytest.mark.parametrize("source", SOURCES)
def test_what_changes_between_pages_is_brought_by_the_next_run(
    source: str, clean: Callable[[str], Warehouse], warehouse: Callable[[str], Warehouse], tmp_path: Path
) -> None:
    """Two months pass while the first pages, of two records, are read. That run may be refused; what the next one reads
    is complete, and one more, through all faults of transport, changes nothing."""
    but = NOT_MOVED_BY_ITS_RECORD.get(source, "") + "|_record"
    moved = warehouse(source)
    with serve("moving_records", page_cap=2) as sandbox:
        try:
            moved.load(sandbox)
        except IngestionError:
            moved = Warehouse(source, tmp_path)
    for defects in ((), TRANSPORT):
        with serve(*defects, page_cap=2) as sandbox:
            moved.load(sandbox)
        assert held(moved, but) == held(clean(source), but)


@pytest.mark.parametrize("source", SOURCES)
def test_late_and_deleted_records(source: str, warehouse: Callable[[str], Warehouse], tmp_path: Path) -> None:
    """What arrives late is added, what is deleted is no longer among the living, whenever either is read."""
    but = NOT_MOVED_BY_ITS_RECORD.get(source, "") + "|_record"
    late, fresh = warehouse(source), Warehouse(source, tmp_path)
    with serve(f"late_records:{source}") as sandbox:
        late.load(sandbox)
    with serve(f"deleted_records:{source}") as sandbox:
        late.load(sandbox)
        fresh.load(sandbox)
    assert held(late, but) == held(fresh, but)


@pytest.mark.parametrize("source", SOURCES)
def test_new_and_dropped_fields(
    source: str, clean: Callable[[str], Warehouse], warehouse: Callable[[str], Warehouse]
) -> None:
    """The same records arrive; a field that nobody declared is kept in the record."""
    drifted = warehouse(source)
    with serve("schema_drift") as sandbox:
        report = drifted.load(sandbox)
    assert report.quarantined == 0
    assert keys(drifted) == keys(clean(source))
    surprised = drifted.queries(
        {
            table: f"select 1 from raw.{table} where _record::varchar like '%introduced_without%'"
            for table in keys(drifted)
        }
    )
    assert any(surprised.values())


@pytest.mark.parametrize("source", SOURCES)
def test_retyped_fields_are_quarantined_and_counted(
    source: str, clean: Callable[[str], Warehouse], warehouse: Callable[[str], Warehouse]
) -> None:
    """What does not fit is set aside with its reason and nothing else is lost: in = loaded + quarantined."""
    spoilt = warehouse(source)
    with serve("malformed_rows") as sandbox:
        report = spoilt.load(sandbox)
    kept, whole = keys(spoilt), keys(clean(source))
    refused = [table for (table,) in spoilt.query("select table_name from raw._quarantine")]
    for name, counts in report.tables.items():
        assert counts.received == counts.loaded + counts.quarantined, name
        assert set(kept[name]) <= set(whole[name]), name
        assert len(whole[name]) - len(kept[name]) <= refused.count(name), name


@pytest.mark.parametrize("source", SOURCES)
def test_an_answer_without_its_list_is_refused(source: str, warehouse: Callable[[str], Warehouse]) -> None:
    """No list where one belongs is never taken for an empty page."""
    refused = warehouse(source)
    with serve("renamed_list") as sandbox, pytest.raises(IngestionError) as told:
        refused.load(sandbox)
    assert told.value.remedy
    assert not refused.database.exists()


@pytest.mark.parametrize("source", SOURCES)
def test_an_error_under_http_200_is_refused_or_asked_again(
    source: str, clean: Callable[[str], Warehouse], warehouse: Callable[[str], Warehouse]
) -> None:
    """Asked again where the vendor says so of a passing fault; taken for data nowhere."""
    refused = warehouse(source)
    with serve("error_in_200", page_cap=3) as sandbox:
        try:
            refused.load(sandbox)
        except IngestionError as told:
            assert told.remedy
            assert not refused.database.exists()
        else:
            assert refused.contents() == clean(source).contents()


def test_a_source_without_a_sandbox_vendor_is_tested_elsewhere() -> None:
    """These read a database or files; each has the same faults in its own tests."""
    assert set(REGISTRY) - set(SOURCES) <= {"files", "postgres_orders", "ga4"}
