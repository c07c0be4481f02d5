"""The Google Analytics 4 export that the sandbox writes: what the schema's documentation promises, read by DuckDB."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from ingestion.sandbox.facts import Facts, PageAction, Visit
from ingestion.sandbox.vendors.ga4 import EventExport, write

AS_OF = datetime(2026, 3, 10, 23, 59, 59, tzinfo=UTC)
SITE = "https://www.meridian-systems.example"
DEVICE, OTHER = "00000001000000ff", "0000000200000001"


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}+00:00")


def visit(number: int, started: str, visitor_id: str = DEVICE, **more: Any) -> Visit:
    begun = at(started)
    values: dict[str, Any] = {
        "referrer_type": "direct",
        "referrer_name": None,
        "campaign_source": None,
        "campaign_medium": None,
        "campaign_name": None,
        "user_id": None,
        "ended_at": begun + timedelta(seconds=90),
        "actions": [
            PageAction(begun, "action", f"{SITE}/", "Home"),
            PageAction(begun + timedelta(seconds=60), "action", f"{SITE}/pricing", "Pricing"),
        ],
        **more,
    }
    return Visit(visit_id=number, visitor_id=visitor_id, person_id=None, started_at=begun, device_type="smartphone",
                 browser="Microsoft Edge", country="DE", site=values.pop("site", "ga4"), **values)  # fmt: skip


def facts() -> Facts:
    begun = at("05T10:00:00")
    form = PageAction(begun + timedelta(seconds=30), "goal", f"{SITE}/form", "Demo request", 1, "Demo request")
    letter = PageAction(begun + timedelta(seconds=40), "goal", f"{SITE}/form", "Newsletter", 4, "Newsletter")
    tagged = {"referrer_type": "campaign", "campaign_source": "google", "campaign_medium": "cpc",
              "campaign_name": "spring sale"}  # fmt: skip
    landing = PageAction(begun, "action", f"{SITE}/", "Home")
    return Facts(
        seed=1,
        scale=0.01,
        starts_on=date(2026, 3, 1),
        as_of=AS_OF,
        visits=[
            visit(1, "05T10:00:00", actions=[landing, form, letter], **tagged),
            visit(2, "05T10:00:00", OTHER, referrer_type="search", referrer_name="Google", user_id="a@example.com"),
            visit(3, "06T23:58:00", received_at=at("09T12:00:00")),
            visit(4, "07T09:00:00"),
            visit(5, "07T09:00:00", site="matomo"),
            visit(6, "10T08:00:00", referrer_type="social", referrer_name="LinkedIn"),
        ],
    )


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with EventExport(facts()) as export:
        yield Path(export.overlay()["path"])


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """A query over `events`, whose parameters are found by name in `params`."""
    by_name = "map_from_entries(list_transform(event_params, item -> row(item.key, item.value)))"
    with duckdb.connect() as connection:
        connection.execute(
            f"create view events as select *, {by_name} as params from read_parquet('{folder}/*.parquet')"
        )
        return connection.execute(sql).fetchall()


def test_each_day_with_visits_has_a_table_and_the_running_one_only_its_intraday_table(folder: Path) -> None:
    assert sorted(file.name for file in folder.iterdir()) == [
        "events_20260305.parquet",
        "events_20260306.parquet",
        "events_20260307.parquet",
        "events_intraday_20260310.parquet",
    ]
    days = rows(folder, "select distinct event_date, strftime(make_timestamp(event_timestamp), '%Y%m%d') from events")
    assert all(day == of_time for day, of_time in days)


def test_columns_are_nested_as_documented(folder: Path) -> None:
    columns = rows(folder, "describe select * from events")
    described = {name: kind.replace('"', "") for name, kind, *_ in columns}
    value = "STRUCT(string_value VARCHAR, int_value BIGINT, float_value DOUBLE, double_value DOUBLE)"
    assert described["event_params"] == f"STRUCT(key VARCHAR, value {value})[]"
    assert described["event_timestamp"] == "BIGINT"
    assert described["traffic_source"] == "STRUCT(name VARCHAR, medium VARCHAR, source VARCHAR)"
    assert "manual_campaign STRUCT(" in described["session_traffic_source_last_click"]
    assert {
        "privacy_info",
        "user_properties",
        "ecommerce",
        "items",
        "collected_traffic_source",
        "batch_event_index",
    } <= set(described)


def test_a_visit_is_a_session_of_its_events(folder: Path) -> None:
    found = rows(
        folder,
        "select list(event_name order by batch_event_index) from events "
        "group by user_pseudo_id, params['ga_session_id'].int_value order by min(event_bundle_sequence_id)",
    )
    views = ["session_start", "page_view", "page_view", "user_engagement"]
    assert [names for (names,) in found] == [
        ["first_visit", "session_start", "page_view", "generate_lead", "sign_up", "user_engagement"],
        ["first_visit", *views],
        views,
        views,
        views,
    ]


def test_a_session_id_is_unique_only_with_its_device(folder: Path) -> None:
    pairs = rows(folder, "select distinct user_pseudo_id, params['ga_session_id'].int_value from events order by all")
    begun = int(at("05T10:00:00").timestamp())
    assert ("1.255", begun) in pairs and ("2.1", begun) in pairs
    assert len(pairs) == 5


def test_parameters_sit_in_the_member_of_their_type(folder: Path) -> None:
    (row,) = rows(
        folder,
        "select params['page_title'], params['ga_session_number'], params['session_engaged'].string_value, "
        "params['lead_source'].string_value from events where event_name = 'generate_lead'",
    )
    empty = {"string_value": None, "int_value": None, "float_value": None, "double_value": None}
    assert row == ({**empty, "string_value": "Demo request"}, {**empty, "int_value": 1}, "1", "Demo request")


def test_a_tagged_visit_tells_its_origin_everywhere_that_ga4_tells_it(folder: Path) -> None:
    (row,) = rows(
        folder,
        "select params['page_location'].string_value, params['campaign'].string_value, "
        "collected_traffic_source.manual_campaign_name, session_traffic_source_last_click.manual_campaign.medium, "
        "session_traffic_source_last_click.cross_channel_campaign.default_channel_group, traffic_source.source, "
        "params['entrances'].int_value from events where event_name = 'page_view' and event_bundle_sequence_id = 1",
    )
    query = "utm_source=google&utm_medium=cpc&utm_campaign=spring+sale"
    assert row == (f"{SITE}/?{query}", "spring sale", "spring sale", "cpc", "Paid Search", "google", 1)
    later = rows(folder, "select distinct collected_traffic_source is null from events where event_name = 'sign_up'")
    assert later == [(True,)]


def test_untagged_visits_are_organic_or_direct_by_their_referrer(folder: Path) -> None:
    found = rows(
        folder,
        "select event_bundle_sequence_id, params['page_referrer'].string_value, "
        "session_traffic_source_last_click.manual_campaign.source, "
        "session_traffic_source_last_click.manual_campaign.medium from events "
        "where params['entrances'].int_value = 1 and event_bundle_sequence_id in (2, 4) order by 1",
    )
    assert found == [(2, "https://www.google.com/", "google", "organic"), (4, None, "(direct)", "(none)")]


def test_the_first_origin_of_a_device_stays_with_it(folder: Path) -> None:
    found = rows(folder, "select distinct traffic_source.source from events where event_bundle_sequence_id = 4")
    assert found == [("google",)]


def test_an_intraday_table_lacks_what_is_worked_out_overnight(folder: Path) -> None:
    found = rows(
        folder,
        "select distinct traffic_source is null, session_traffic_source_last_click is null, "
        "params['page_referrer'].string_value from events "
        "where event_bundle_sequence_id = 6 and event_name = 'session_start'",
    )
    assert found == [(True, True, "https://www.linkedin.com/")]


def test_device_country_and_login_are_told_as_ga4_tells_them(folder: Path) -> None:
    found = rows(
        folder,
        "select distinct device.category, device.web_info.browser, geo.country, user_id, platform from events "
        "where event_bundle_sequence_id = 2",
    )
    assert found == [("mobile", "Edge", "Germany", "a@example.com", "WEB")]


def test_a_late_visit_changes_the_file_of_its_day_and_no_other(folder: Path, tmp_path: Path) -> None:
    whole = facts()
    before = replace(
        whole,
        as_of=datetime(2026, 3, 8, 23, 59, 59, tzinfo=UTC),
        visits=[item for item in whole.visits if item.visit_id not in (3, 6)],
    )
    write(before, tmp_path)
    first = {file.name: (file.read_bytes(), file.stat().st_mtime) for file in tmp_path.glob("events_2*")}
    assert len(first) == 2
    assert "events_20260306.parquet" not in first
    write(whole, tmp_path)
    second = {file.name: (file.read_bytes(), file.stat().st_mtime) for file in tmp_path.iterdir()}
    assert {name: second[name] for name in first} == first
    late = datetime.fromtimestamp(second["events_20260306.parquet"][1], UTC)
    assert late == at("09T12:00:00")


def test_the_running_day_becomes_a_day_of_its_own(tmp_path: Path) -> None:
    write(facts(), tmp_path)
    write(replace(facts(), as_of=AS_OF + timedelta(days=1)), tmp_path)
    names = {file.name for file in tmp_path.iterdir()}
    assert "events_20260310.parquet" in names and "events_intraday_20260310.parquet" not in names


def test_the_running_day_has_its_table_before_anybody_comes(tmp_path: Path) -> None:
    write(replace(facts(), visits=[]), tmp_path)
    (file,) = tmp_path.iterdir()
    assert (file.name, pq.read_metadata(file).num_rows) == ("events_intraday_20260310.parquet", 0)


def test_writing_twice_gives_the_same_files(folder: Path) -> None:
    with EventExport(facts()) as again:
        for file in Path(again.overlay()["path"]).iterdir():
            assert file.read_bytes() == (folder / file.name).read_bytes()
            assert file.stat().st_mtime == (folder / file.name).stat().st_mtime


def test_the_folder_goes_with_the_export() -> None:
    export = EventExport(facts()).start()
    place = Path(export.overlay()["path"])
    assert pq.read_metadata(place / "events_20260305.parquet").num_rows == 11
    export.stop()
    export.stop()
    assert not place.exists()


def test_the_sandbox_hands_the_folder_to_whoever_starts_it() -> None:
    command = [sys.executable, "-m", "ingestion.sandbox.server", "--as-of", "2024-03-31", "--scale", "0.05"]
    command += ["--until-stdin-closes", "--no-order-database", "--mix", "hubspot=0,salesforce=100,ga4=100"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin and server.stdout
        place = Path(json.loads(server.stdout.readline())["ga4"]["path"])
        assert any(file.name.startswith("events_2024") for file in place.iterdir())
        server.stdin.close()
        server.wait(timeout=30)
    assert not place.exists()
