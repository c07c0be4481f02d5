"""PartnerStack, read over HTTP from the sandbox into a real DuckDB, against the world that the sandbox serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, CredentialsRejected, HostUnreachable, VendorError
from ingestion.sandbox.facts import Facts
from ingestion.sandbox.server import SandboxServer
from ingestion.source import StreamContext
from ingestion.sources import partnerstack
from ingestion.sources.partnerstack import Settings, check, streams

EARLIER, AS_OF = date(2025, 6, 30), date(2025, 9, 30)
SCALE = 0.15


@pytest.fixture(scope="module")
def world(world_at: Callable[..., Facts]) -> Facts:
    return world_at(AS_OF, SCALE)


@pytest.fixture(scope="module")
def sandbox(world: Facts) -> Iterator[SandboxServer]:
    with SandboxServer(AS_OF, facts=world, window_scale=0.001) as server:
        yield server


@pytest.fixture(scope="module")
def loaded(sandbox: SandboxServer, module_warehouse: Callable[[str], Any]) -> Any:
    warehouse = module_warehouse("partnerstack")
    warehouse.load(sandbox)
    return warehouse


def test_every_record_of_the_world_arrives(loaded: Any, world: Facts) -> None:
    assert world.referrals and world.rewards
    assert loaded.column("partnerships", "partner_key") == sorted(row.key for row in world.partners)
    found = set(loaded.column("leads", "key")) | set(loaded.column("deals", "key"))
    assert found == {row.key for row in world.referrals}
    assert loaded.column("rewards", "key") == sorted(row.key for row in world.rewards)


def test_times_are_read_as_milliseconds(loaded: Any, world: Facts) -> None:
    created = dict(loaded.query("select key, created_at from raw.rewards"))
    assert created == {row.key: row.earned_at.replace(tzinfo=None, microsecond=0) for row in world.rewards}


@pytest.mark.parametrize("page_size", [1, 2])
def test_any_page_size_brings_the_same(page_size: int, sandbox: SandboxServer, loaded: Any, warehouse: Any) -> None:
    other = warehouse("partnerstack")
    other.load(sandbox, page_size=page_size)
    assert other.contents() == loaded.contents()


def test_second_run_reads_little_and_changes_nothing(sandbox: SandboxServer, loaded: Any, tmp_path: Any) -> None:
    again = loaded.copy_to(tmp_path / "again")
    report = again.load(sandbox)
    assert again.contents() == loaded.contents()
    assert report.tables["rewards"].received < report.tables["rewards"].rows_after / 2


def test_growing_with_the_world_equals_a_fresh_load(
    world_at: Callable[..., Facts], sandbox: SandboxServer, loaded: Any, warehouse: Any
) -> None:
    grown = warehouse("partnerstack")
    with SandboxServer(EARLIER, facts=world_at(EARLIER, SCALE), window_scale=0.001) as earlier:
        grown.load(earlier)
    before = grown.contents()
    grown.load(sandbox)
    assert before != grown.contents() == loaded.contents()


def test_milliseconds_are_asked_for(vendor: Any) -> None:
    asked: list[str] = []

    def answer(path: str, number: int) -> Any:
        asked.append(path)
        return 200, {}, {"data": {"items": [], "has_more": False}, "status": 200}

    context = StreamContext({"high_water_mark": "2026-01-01T01:00:00"}, started_at=datetime(2026, 1, 2))
    list(_streams(vendor(answer))["deals"].pages(context))
    assert "min_updated=1767225600000" in asked[0]  # 2026-01-01T00:00:00Z: the mark less an hour of lag


def test_more_without_a_record_to_go_on_from_is_refused(vendor: Any) -> None:
    address = vendor(lambda path, number: (200, {}, {"data": {"items": [], "has_more": True}, "status": 200}))
    with pytest.raises(BrokenPagination, match="promises more"):
        list(_streams(address)["leads"].pages(_context()))


def test_a_cursor_that_does_not_move_is_refused(vendor: Any) -> None:
    page = {"data": {"items": [{"key": "a"}], "has_more": True}, "status": 200}
    with pytest.raises(BrokenPagination, match="same page twice"):
        list(_streams(vendor(lambda path, number: (200, {}, page)))["leads"].pages(_context()))


def test_missing_list_is_refused(vendor: Any) -> None:
    with pytest.raises(BrokenPagination, match="no list at"):
        list(_streams(vendor(lambda path, number: (200, {}, {"data": {"rows": []}})))["leads"].pages(_context()))


def test_error_inside_http_200_is_an_error(vendor: Any) -> None:
    address = vendor(lambda path, number: (200, {}, {"message": "Invalid cursor", "status": 400}))
    with pytest.raises(VendorError, match="Invalid cursor"):
        list(_streams(address)["leads"].pages(_context()))


def test_wrong_key_is_said_without_being_shown(sandbox: SandboxServer) -> None:
    overlay = {**sandbox.overlay()["partnerstack"], "secret_key": "sk_wrong_secret"}
    with pytest.raises(CredentialsRejected) as caught:
        check(Settings(name="programme", **overlay))
    assert "sources.programme" in caught.value.remedy
    assert "sk_wrong_secret" not in str(caught.value) + caught.value.remedy


def test_nobody_there(monkeypatch: pytest.MonkeyPatch, closed_address: str) -> None:
    impatient = lambda *args, **kwargs: ApiClient(*args, **kwargs, max_attempts=1)  # noqa: E731
    monkeypatch.setattr(partnerstack, "ApiClient", impatient)
    with pytest.raises(HostUnreachable, match="no answer"):
        check(_settings(closed_address))


def test_check_says_what_answered(sandbox: SandboxServer) -> None:
    assert "answers with partnerships" in check(Settings(name="partnerstack", **sandbox.overlay()["partnerstack"]))


def _settings(address: str) -> Settings:
    return Settings(name="partnerstack", base_url=address, public_key="pk", secret_key="sk")  # type: ignore[arg-type]


def _streams(address: str) -> dict[str, Any]:
    return {stream.table.name: stream for stream in streams(_settings(address))}


def _context() -> StreamContext:
    return StreamContext({}, started_at=datetime(2026, 1, 2))
