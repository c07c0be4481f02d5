"""Mailchimp, read over HTTP from the sandbox into a real DuckDB, against the world that the sandbox serves."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from pydantic import ValidationError

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, CredentialsRejected, HostUnreachable, RateLimited
from ingestion.sandbox.facts import Facts
from ingestion.sandbox.server import SandboxServer
from ingestion.source import StreamContext
from ingestion.sources.mailchimp import Settings, check, streams
from ingestion.sources.mailchimp.reader import activity_records

EARLIER, AS_OF = date(2023, 9, 30), date(2024, 1, 31)
PROBLEM = {"type": "https://mailchimp.com/developer/marketing/docs/errors/", "title": "Forbidden", "status": 403}


@pytest.fixture(scope="module")
def world(world_at: Callable[..., Facts]) -> Facts:
    return world_at(AS_OF, 0.1)


@pytest.fixture(scope="module")
def sandbox(world: Facts) -> Iterator[SandboxServer]:
    with SandboxServer(AS_OF, facts=world, window_scale=0.001) as server:
        yield server


@pytest.fixture(scope="module")
def loaded(sandbox: SandboxServer, module_warehouse: Callable[[str], Any]) -> Any:
    warehouse = module_warehouse("mailchimp")
    warehouse.report = warehouse.load(sandbox)
    return warehouse


def test_every_record_of_the_world_arrives(loaded: Any, world: Facts) -> None:
    assert loaded.column("lists", "id") == sorted(row[0] for row in world.email_lists)
    assert loaded.column("campaigns", "id") == sorted(row.campaign_id for row in world.email_campaigns)
    members = {(row.list_id, hashlib.md5(row.email.lower().encode()).hexdigest()) for row in world.audience_members}
    assert set(loaded.query("select list_id, id from raw.members")) == members


def test_every_event_of_the_world_arrives(loaded: Any, world: Facts) -> None:
    events = Counter(row.action for row in world.email_activity)
    found = dict(loaded.query("select action, count(*) from raw.email_activity group by 1"))
    assert found == {action: events[action] for action in ("open", "click", "bounce") if events[action]}
    sent = {(row.campaign_id, row.email.lower()) for row in world.email_activity if row.action == "sent"}
    assert set(loaded.query("select campaign_id, lower(email_address) from raw.sent_to")) == sent != set()
    assert len(loaded.column("unsubscribes", "email_id")) == events["unsub"]


def test_counts_are_those_that_mailchimp_tells(loaded: Any) -> None:
    for table in ("lists", "members", "campaigns"):
        counts = loaded.report.tables[table]
        assert counts.vendor_total == counts.living_after > 0


@pytest.mark.parametrize("page_size", [1, 2])
def test_any_page_size_brings_the_same(
    page_size: int, world_at: Callable[..., Facts], warehouse: Callable[[str], Any]
) -> None:
    facts = world_at(date(2023, 5, 31), 0.1)
    whole, small, narrow = warehouse("mailchimp"), warehouse("mailchimp"), warehouse("mailchimp")
    with SandboxServer(facts.as_of.date(), facts=facts, window_scale=0.001) as server:
        whole.load(server)
        small.load(server, page_size=page_size)
    with SandboxServer(facts.as_of.date(), facts=facts, window_scale=0.001, page_cap=page_size) as server:
        narrow.load(server)
    assert whole.column("members", "id")
    assert whole.contents() == small.contents() == narrow.contents()


def test_second_run_reads_recent_reports_and_changes_nothing(
    sandbox: SandboxServer, loaded: Any, tmp_path: Any
) -> None:
    again = loaded.copy_to(tmp_path / "again")
    report = again.load(sandbox)
    assert again.contents() == loaded.contents()
    assert report.tables["members"].received < report.tables["members"].rows_after / 2
    assert report.tables["sent_to"].received < report.tables["sent_to"].rows_after / 2


def test_growing_with_the_world_equals_a_fresh_load(
    world_at: Callable[..., Facts], sandbox: SandboxServer, loaded: Any, warehouse: Any
) -> None:
    grown = warehouse("mailchimp")
    with SandboxServer(EARLIER, facts=world_at(EARLIER, 0.1), window_scale=0.001) as earlier:
        grown.load(earlier)
    before = grown.contents()
    grown.load(sandbox)
    assert before != grown.contents() == loaded.contents()


def test_a_member_deleted_for_good_is_marked(world: Facts, sandbox: SandboxServer, loaded: Any, tmp_path: Any) -> None:
    gone, *others = world.audience_members
    facts = Facts(world.seed, world.scale, world.starts_on, world.as_of, email_lists=world.email_lists)
    facts.email_campaigns, facts.audience_members, facts.people = world.email_campaigns, others, world.people
    facts.email_activity = world.email_activity
    shrunk = loaded.copy_to(tmp_path / "shrunk")
    with SandboxServer(AS_OF, facts=facts, window_scale=0.001) as server:
        report = shrunk.load(server)
    marked = shrunk.query("select list_id, lower(email_address) from raw.members where _is_deleted")
    assert marked == [(gone.list_id, gone.email.lower())]
    assert report.tables["members"].vendor_total == report.tables["members"].living_after


def test_fewer_records_than_promised_are_refused(vendor: Any) -> None:
    def answer(path: str, number: int) -> Any:
        return 200, {}, {"lists": [{"id": "a"}] if "offset=0" in path else [], "total_items": 2}

    with pytest.raises(BrokenPagination, match="promised 2 records and gave 1"):
        list(_lists(vendor(answer)).pages(_context()))


@pytest.mark.parametrize("body", [{"total_items": 0}, {"lists": []}])
def test_another_shape_is_refused(body: Any, vendor: Any) -> None:
    with pytest.raises((BrokenPagination, KeyError)):
        list(_lists(vendor(lambda path, number: (200, {}, body))).pages(_context()))


def test_a_bare_403_is_a_throttle_and_tried_again(monkeypatch: pytest.MonkeyPatch, vendor: Any) -> None:
    _hurry(monkeypatch)

    def answer(path: str, number: int) -> Any:
        if number < 2:
            return 403, {"Content-Type": "text/html"}, "<h1>Access Denied</h1>"
        return 200, {}, {"health_status": "Everything's Chimpy!"}

    assert "Chimpy" in check(_settings(vendor(answer)))


def test_a_bare_403_that_stays_is_a_rate_limit_and_no_credential(monkeypatch: pytest.MonkeyPatch, vendor: Any) -> None:
    _hurry(monkeypatch)
    with pytest.raises(RateLimited):
        check(_settings(vendor(lambda path, number: (403, {"Content-Type": "text/html"}, ""))))


def test_a_403_with_a_problem_is_a_credential_at_once(vendor: Any) -> None:
    asked: list[str] = []

    def answer(path: str, number: int) -> Any:
        asked.append(path)
        return 403, {"Content-Type": "application/problem+json"}, PROBLEM

    with pytest.raises(CredentialsRejected):
        check(_settings(vendor(answer)))
    assert len(asked) == 1


def test_wrong_key_is_said_without_being_shown(sandbox: SandboxServer) -> None:
    overlay = {**sandbox.overlay()["mailchimp"], "api_key": "wrongandsecret-us1"}
    with pytest.raises(CredentialsRejected) as caught:
        check(Settings(name="news", **overlay))
    assert "sources.news" in caught.value.remedy
    assert "wrongandsecret" not in str(caught.value) + caught.value.remedy


def test_nobody_there(monkeypatch: pytest.MonkeyPatch, closed_address: str) -> None:
    _hurry(monkeypatch)
    with pytest.raises(HostUnreachable):
        check(_settings(closed_address))


def test_the_key_names_the_data_centre() -> None:
    assert Settings(name="m", api_key="abc-us19").effective_base_url == "https://us19.api.mailchimp.com"  # type: ignore[arg-type]
    with pytest.raises(ValidationError) as caught:
        Settings(name="m", api_key="abcdefgh")  # type: ignore[arg-type]
    assert "abcdefgh" not in str(caught.value)


def test_keys_of_activity_do_not_depend_on_its_order() -> None:
    events = [{"action": "open", "timestamp": "t1"}, {"action": "click", "timestamp": "t2", "url": "b"}]
    events += [{"action": "click", "timestamp": "t2", "url": "a"}, {"action": "open", "timestamp": "t1"}]
    forwards = list(activity_records({"email_id": "x", "activity": events}))
    assert forwards == list(activity_records({"email_id": "x", "activity": events[::-1]}))
    assert len({record["activity_key"] for record in forwards}) == 4


def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    client = partial(ApiClient, max_attempts=3, backoff_seconds=0.001)
    monkeypatch.setattr("ingestion.sources.mailchimp.reader.ApiClient", client)


def _settings(address: str) -> Settings:
    return Settings(name="mailchimp", base_url=address, api_key="k-us1")  # type: ignore[arg-type]


def _lists(address: str) -> Any:
    return streams(_settings(address))[0]


def _context() -> StreamContext:
    return StreamContext({}, started_at=datetime(2024, 2, 1))
