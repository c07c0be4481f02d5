"""Matomo, read over HTTP from the sandbox into a real DuckDB, against the world that the sandbox serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, CredentialsRejected, HostUnreachable, VendorError
from ingestion.sandbox.facts import Facts
from ingestion.sandbox.server import SandboxServer
from ingestion.source import StreamContext
from ingestion.sources.matomo import Settings, check, streams
from ingestion.sources.matomo.log import action_records

EARLIER, AS_OF = date(2023, 6, 30), date(2023, 8, 15)
NEXT_DAY = datetime(2023, 8, 16, 3)


@pytest.fixture(scope="module")
def world(world_at: Callable[..., Facts]) -> Facts:
    return world_at(AS_OF)


@pytest.fixture(scope="module")
def sandbox(world: Facts) -> Iterator[SandboxServer]:
    with SandboxServer(AS_OF, facts=world, window_scale=0.001) as server:
        yield server


@pytest.fixture(scope="module")
def loaded(sandbox: SandboxServer, module_warehouse: Callable[[str], Any]) -> Any:
    warehouse = module_warehouse("matomo")
    warehouse.load(sandbox, NEXT_DAY)
    return warehouse


def test_every_visit_and_action_of_the_world_arrives(loaded: Any, world: Facts) -> None:
    assert loaded.column("visits", "id_visit") == sorted(str(row.visit_id) for row in world.visits)
    actions = sorted(
        (str(visit.visit_id), position, action.kind, action.at.replace(tzinfo=None, microsecond=0))
        for visit in world.visits
        for position, action in enumerate(visit.actions)
    )
    found = loaded.query("select id_visit, position, type, timestamp from raw.actions order by all")
    assert sorted(found) == actions
    assert {kind for _, _, kind, _ in actions} == {"action", "goal"}


def test_visits_keep_no_second_copy_of_their_actions(loaded: Any) -> None:
    assert loaded.query("select count(*) from raw.visits where contains(_record::varchar, 'actionDetails')") == [(0,)]


@pytest.mark.parametrize("page_size", [7, 1000])
def test_any_page_size_brings_the_same(page_size: int, sandbox: SandboxServer, loaded: Any, warehouse: Any) -> None:
    other = warehouse("matomo")
    other.load(sandbox, NEXT_DAY, page_size=page_size, days_per_request=200)
    assert other.contents() == loaded.contents()


@pytest.mark.parametrize("cap", [1, 2])
def test_a_server_that_gives_less_than_asked_for_loses_nothing(
    cap: int, world: Facts, loaded: Any, warehouse: Any
) -> None:
    with SandboxServer(AS_OF, facts=world, window_scale=0.001, page_cap=cap) as narrow:
        other = warehouse("matomo")
        other.load(narrow, NEXT_DAY, start_date=date(2023, 7, 15))
    recent = "select id_visit from raw.visits where server_date >= '2023-07-15' order by 1"
    assert other.query(recent) == loaded.query(recent) != []


def test_second_run_reads_the_trailing_days_and_changes_nothing(
    sandbox: SandboxServer, loaded: Any, tmp_path: Any
) -> None:
    again = loaded.copy_to(tmp_path / "again")
    report = again.load(sandbox, NEXT_DAY)
    assert again.contents() == loaded.contents()
    assert 0 < report.tables["visits"].received < report.tables["visits"].rows_after / 4


def test_growing_with_the_world_equals_a_fresh_load(
    world_at: Callable[..., Facts], sandbox: SandboxServer, loaded: Any, warehouse: Any
) -> None:
    grown = warehouse("matomo")
    with SandboxServer(EARLIER, facts=world_at(EARLIER), window_scale=0.001) as earlier:
        grown.load(earlier, datetime(2023, 7, 1))
    before = grown.contents()
    grown.load(sandbox, NEXT_DAY)
    assert before != grown.contents() == loaded.contents()


def test_a_day_is_read_when_it_is_over_at_the_site(sandbox: SandboxServer, warehouse: Any) -> None:
    shut = warehouse("matomo")
    shut.load(sandbox, NEXT_DAY, time_zone="America/Los_Angeles")  # three o'clock in London is yesterday evening there
    assert max(shut.column("visits", "server_date")) < AS_OF


def test_requests_are_made_once_for_both_tables_and_never_carry_the_token(vendor: Any) -> None:
    asked: list[dict[str, list[str]]] = []

    def answer(path: str, number: int) -> Any:
        query = parse_qs(urlparse(path).query)
        asked.append(query)
        return 200, {}, {"2023-08-15": 0} if query["method"] == ["VisitsSummary.getVisits"] else []

    for stream in _streams(vendor(answer)):
        assert [row for page in stream.pages(_context()) for row in page] == []
    assert [query["method"][0] for query in asked].count("Live.getLastVisitsDetails") == 1
    assert not any("token_auth" in query for query in asked)


def test_fewer_visits_than_the_report_counts_are_refused(vendor: Any) -> None:
    def answer(path: str, number: int) -> Any:
        return 200, {}, {"2023-08-15": 3} if "VisitsSummary" in path else []

    with pytest.raises(BrokenPagination, match="reports 3 visits on 2023-08-15"):
        list(_streams(vendor(answer))[0].pages(_context()))


def test_error_inside_http_200_is_an_error(vendor: Any) -> None:
    body = {"result": "error", "message": "The method 'Live.nothing' does not exist"}
    with pytest.raises(VendorError, match="does not exist"):
        list(_streams(vendor(lambda path, number: (200, {}, body)))[0].pages(_context()))


def test_another_shape_is_refused(vendor: Any) -> None:
    with pytest.raises(BrokenPagination):
        list(_streams(vendor(lambda path, number: (200, {}, {"visits": []})))[0].pages(_context()))


def test_wrong_token_is_said_without_being_shown(sandbox: SandboxServer) -> None:
    overlay = {**sandbox.overlay()["matomo"], "token_auth": "wrong-and-secret"}
    with pytest.raises(CredentialsRejected) as caught:
        check(Settings(name="analytics", **overlay))
    assert "sources.analytics.token_auth" in caught.value.remedy
    assert "wrong-and-secret" not in str(caught.value) + caught.value.remedy


def test_nobody_there(monkeypatch: pytest.MonkeyPatch, closed_address: str) -> None:
    def impatient(*args: Any, **kwargs: Any) -> ApiClient:
        return ApiClient(*args, **kwargs, max_attempts=1)

    monkeypatch.setattr("ingestion.sources.matomo.log.ApiClient", impatient)
    with pytest.raises(HostUnreachable):
        check(Settings(name="matomo", base_url=closed_address, token_auth="t"))  # type: ignore[arg-type]


def test_check_finds_the_sites_by_itself(sandbox: SandboxServer) -> None:
    overlay = sandbox.overlay()["matomo"]
    given = {name: value for name, value in overlay.items() if not name.startswith("site")}
    assert "sites 1" in check(Settings(name="matomo", **given))


def test_equal_actions_of_a_visit_keep_apart_and_keep_their_keys_as_it_grows() -> None:
    goal = {"type": "goal", "goalId": 2, "timestamp": 100}
    visit = {"idVisit": "1", "actionDetails": [goal, goal, {"type": "action", "pageId": "7", "timestamp": 90}]}
    keys = [action["action_key"] for action in action_records(visit)]
    assert keys == ["goal-2-100", "goal-2-100-2", "page-7"]
    grown = {**visit, "actionDetails": [*visit["actionDetails"], {"type": "search", "timestamp": 120}]}
    assert [action["action_key"] for action in action_records(grown)][:3] == keys


def _streams(address: str) -> Any:
    settings = Settings(
        name="matomo",
        base_url=address,
        token_auth="t",  # type: ignore[arg-type]
        site_ids="1",  # type: ignore[arg-type]
        start_date=AS_OF,
    )
    return streams(settings)


def _context() -> StreamContext:
    return StreamContext({}, started_at=NEXT_DAY)
