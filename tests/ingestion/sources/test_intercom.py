"""Intercom, read over HTTP from a workspace that answers as the reference says, into a real DuckDB."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, CredentialsRejected, HostUnreachable, RateLimited, VendorError
from ingestion.sandbox.server import SandboxServer
from ingestion.source import Finding, StreamContext
from ingestion.sources.intercom import Settings, api, check, streams, tables
from tests.ingestion.sources.acquired import AS_OF, EARLIER, acquired
from tests.ingestion.sources.intercom_desk import NOON, TOKEN, Desk, ok, part, person, refusal, talk
from tests.ingestion.sources.memory import Memory
from tests.ingestion.sources.service import Asked, serving

STARTED = datetime(2026, 1, 2)


@pytest.fixture
def desk() -> Iterator[Desk]:
    workspace = Desk()
    with serving(workspace.answer) as workspace.address:
        yield workspace


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "ApiClient", partial(ApiClient, backoff_seconds=0.001, max_attempts=4))


@pytest.fixture
def memory(desk: Desk) -> Memory:
    return Memory(lambda **changes: streams(_settings(desk, **changes)), STARTED)


@pytest.fixture
def loaded(desk: Desk, warehouse: Any) -> Any:
    house = warehouse("intercom")
    house.load(desk, STARTED)
    return house


def living(house: Any, table: str) -> list[dict[str, Any]]:
    if isinstance(house, Memory):
        return house.living(table)
    names = [column.name for column in next(each for each in tables(None) if each.name == table).columns]
    found = house.query(f"select {', '.join(names)} from raw.{table} where not _is_deleted")
    return [dict(zip(names, row, strict=True)) for row in found]


def holds(house: Any, desk: Desk) -> bool:
    """Whether the living rows of every raw table are what the workspace holds, each once and as it is now."""

    def epoch(row: dict[str, Any]) -> int:
        moment = row["updated_at"]
        return moment if isinstance(moment, int) else int(moment.replace(tzinfo=UTC).timestamp())

    def versions(rows: Iterable[dict[str, Any]]) -> list[Any]:
        return sorted((row["id"], epoch(row)) for row in rows)

    def ids(rows: Iterable[dict[str, Any]]) -> list[Any]:
        return sorted(row["id"] for row in rows)

    gone = ids(desk.deleted)
    held = [(row["conversation_id"], row["id"]) for row in living(house, "conversation_parts")]
    parts = [(talk["id"], piece["id"]) for talk in desk.conversations.values() for piece in talk["parts"]]
    return (
        versions(living(house, "contacts")) == versions(desk.contacts.values())
        and versions(living(house, "conversations")) == versions(desk.conversations.values())
        and versions(living(house, "companies")) == versions(desk.companies)
        and sorted(pair for pair in held if pair[0] not in gone) == sorted(parts)
        and ids(living(house, "admins")) == ids(desk.admins)
        and ids(living(house, "teams")) == ids(desk.teams)
        and ids(living(house, "deleted_conversations")) == gone
    )


def test_everything_the_workspace_holds_arrives(loaded: Any, desk: Desk) -> None:
    assert holds(loaded, desk)
    assert {asked.headers["intercom-version"] for asked in desk.asked} == {"2.17"}
    (row,) = loaded.query("select contact_id, source_author_email, rating, state from raw.conversations where id = '2'")
    assert row == ("ann", "Ann@Example.com", 4, "open")
    (row,) = loaded.query("select assigned_to_type, assigned_to_id from raw.conversation_parts where id = '41'")
    assert row == ("team", "t1")


@pytest.mark.parametrize("page_size", [1, 2])
def test_any_page_size_brings_the_same_though_three_conversations_share_a_second(
    page_size: int, desk: Desk, memory: Memory
) -> None:
    desk.scroll_page = page_size
    memory.load(page_size=page_size)
    assert holds(memory, desk)


def test_further_runs_read_only_the_lag_and_change_nothing(loaded: Any, desk: Desk) -> None:
    before = loaded.contents()
    for _ in range(4):
        report = loaded.load(desk, STARTED, lag_minutes=0)
    assert loaded.contents() == before
    assert report.tables["contacts"].received == report.tables["conversations"].received == 1


def test_growing_with_the_simulated_company_equals_a_fresh_load(warehouse: Any) -> None:
    grown, fresh = warehouse("intercom"), warehouse("intercom")
    with SandboxServer(EARLIER, facts=acquired(EARLIER), window_scale=0.001) as sandbox:
        grown.load(sandbox)
    before = grown.column("conversation_parts", "id")
    with SandboxServer(AS_OF, facts=acquired(), window_scale=0.001) as sandbox:
        grown.load(sandbox)
        fresh.load(sandbox)
    gone = "(select id from raw.deleted_conversations)"
    for table, of in (("contacts", "id"), ("conversations", "id"), ("conversation_parts", "conversation_id")):
        sql = f"select * exclude (_extracted_at, _dlt_load_id) from raw.{table} where not _is_deleted "
        sql += f"and {of} not in {gone} order by id"
        assert grown.query(sql) == fresh.query(sql) != []
    assert 0 < len(before) < len(grown.column("conversation_parts", "id"))


def test_what_shares_the_second_of_the_mark_is_found_later(desk: Desk, memory: Memory) -> None:
    memory.load()
    desk.conversations["5"] = talk("5", NOON + 5, [part("51")])
    desk.contacts["dee"] = person("dee", NOON + 2)
    memory.load(lag_minutes=0)
    assert holds(memory, desk)


def test_what_the_search_learns_late_is_found_within_the_lag(desk: Desk, memory: Memory) -> None:
    memory.load()
    desk.conversations["5"] = talk("5", NOON - 600, [part("51")])
    memory.load()
    assert holds(memory, desk)


def test_what_changes_between_pages_is_not_passed_over(desk: Desk, memory: Memory) -> None:
    def meddle(asked: Asked, number: int) -> None:
        if asked.path == "/conversations/search" and "starting_after" in asked.json["pagination"]:
            desk.conversations["1"]["updated_at"] = NOON + 90
            desk.conversations["3"].update(updated_at=NOON + 91, parts=[part("31", at=NOON + 91)])

    desk.meddle = meddle  # type: ignore[assignment]
    memory.load(page_size=1)
    assert holds(memory, desk)


def test_repeats_across_pages_are_one_row(desk: Desk, memory: Memory) -> None:
    last: dict[str, Any] = {}

    def alter(asked: Asked, body: Any) -> Any:
        name = next((name for name in ("data", "conversations") if isinstance(body.get(name), list)), None)
        if name and body[name] and "search" in asked.path:
            repeated, last[asked.path] = last.get(asked.path), body[name][-1]
            if repeated and "starting_after" in asked.json["pagination"]:
                body[name].insert(0, repeated)
        return body

    desk.alter = alter
    memory.load(page_size=1)
    assert memory.received["contacts"] > len(desk.contacts)
    assert holds(memory, desk)


def test_deleted_and_merged_records_are_marked_and_kept(loaded: Any, desk: Desk) -> None:
    desk.delete("2")
    del desk.contacts["ben"]
    desk.admins.append({"id": "8", "name": "Cem", "email": "cem@example.com", "team_ids": []})
    del desk.admins[0]
    desk.companies.pop()
    loaded.load(desk, STARTED)
    assert holds(loaded, desk)
    for table, key in (("conversations", "2"), ("contacts", "ben"), ("admins", "7"), ("companies", "co2")):
        assert loaded.query(f"select _is_deleted from raw.{table} where id = '{key}'") == [(True,)]
    assert loaded.query("select id from raw.conversation_parts where conversation_id = '2'") == [("21",)]


def test_a_conversation_deleted_while_it_is_read_has_no_parts(desk: Desk, memory: Memory) -> None:
    def meddle(asked: Asked, number: int) -> None:
        if asked.path == "/conversations/2":
            desk.delete("2")

    desk.meddle = meddle  # type: ignore[assignment]
    memory.load()
    desk.meddle = lambda asked, number: None
    memory.load()
    assert holds(memory, desk)


@pytest.mark.parametrize(
    "headers",
    [{"Retry_After": "0"}, {}, {"X_RateLimit_Reset": str(NOON)}, {"X_RateLimit_Reset": "soon"}],
    ids=["retry-after", "nothing said", "a reset in the past", "a reset that is no number"],
)
def test_rate_limits_are_waited_out(headers: dict[str, str], desk: Desk, memory: Memory) -> None:
    desk.meddle = lambda asked, number: (
        refusal(429, "rate_limit_exceeded", "Exceeded rate limit of 167 in 10_seconds", **headers)
        if number % 3 == 0
        else None
    )
    memory.load()
    assert holds(memory, desk)


def test_storms_of_errors_are_weathered(desk: Desk, memory: Memory) -> None:
    seen: dict[str, int] = {}

    def meddle(asked: Asked, number: int) -> Any:
        address = f"{asked.path}?{asked.raw_query}"
        seen[address] = seen.get(address, 0) + 1
        if seen[address] <= 2 and "scroll_param" not in asked.query:
            return refusal((500, 503)[number % 2], "server_error", "Service unavailable")
        return None

    desk.meddle = meddle
    memory.load()
    assert holds(memory, desk)


@pytest.mark.parametrize(
    ("status", "error"), [(503, HostUnreachable), (429, RateLimited), (403, CredentialsRejected), (422, VendorError)]
)
def test_what_does_not_pass_is_said(status: int, error: Any, desk: Desk, memory: Memory) -> None:
    desk.meddle = lambda asked, number: (
        refusal(status, "some_code", "some message") if asked.path == "/conversations/search" else None
    )
    with pytest.raises(error):
        memory.load()


@pytest.mark.parametrize("path", ["/admins", "/companies/scroll", "/contacts/search", "/conversations/1"])
def test_an_error_inside_http_200_is_an_error(path: str, desk: Desk, memory: Memory) -> None:
    error = {"type": "error.list", "errors": [{"code": "server_error", "message": "It broke"}]}
    desk.alter = lambda asked, body: error if asked.path == path else body
    with pytest.raises(VendorError, match="It broke"):
        memory.load()


@pytest.mark.parametrize(
    ("path", "lost"),
    [
        ("/admins", "admins"),
        ("/companies/scroll", "data"),
        ("/companies/scroll", "scroll_param"),
        ("/contacts/search", "data"),
        ("/contacts/search", "pages"),
        ("/contacts/search", "total_count"),
        ("/conversations/search", "conversations"),
        ("/conversations/deleted", "pages"),
        ("/conversations/1", "conversation_parts"),
    ],
)
def test_an_answer_of_another_shape_is_refused(path: str, lost: str, desk: Desk, memory: Memory) -> None:
    desk.delete("4")
    desk.alter = lambda asked, body: (
        {name: value for name, value in body.items() if name != lost} if asked.path == path else body
    )
    with pytest.raises(BrokenPagination):
        memory.load()


@pytest.mark.parametrize("following", [None, {"page": 2}, {"page": 2, "starting_after": ""}])
def test_a_lost_link_to_the_next_page_is_noticed(following: Any, desk: Desk, memory: Memory) -> None:
    def alter(asked: Asked, body: Any) -> Any:
        if asked.path == "/contacts/search" and body["pages"].get("next"):
            body["pages"]["next"] = following
        return body

    desk.alter = alter
    with pytest.raises(BrokenPagination):
        memory.load(page_size=2)


def test_a_cursor_that_does_not_move_is_refused(desk: Desk, memory: Memory) -> None:
    def alter(asked: Asked, body: Any) -> Any:
        if asked.path == "/contacts/search":
            body["pages"]["next"] = {"page": 2, "starting_after": "same"}
        return body

    desk.alter = alter
    desk.meddle = lambda asked, number: (
        ok({"data": [], "total_count": 0, "pages": {"next": {"starting_after": "same"}}})
        if b"same" in asked.content
        else None
    )
    with pytest.raises(BrokenPagination, match="same page twice"):
        memory.load()


@pytest.mark.parametrize("failure", [refusal(404, "not_found", "scroll expired"), refusal(500, "server_error", "net")])
def test_a_scroll_that_breaks_is_begun_again(failure: Any, desk: Desk, memory: Memory) -> None:
    broken = iter([failure])
    desk.meddle = lambda asked, number: next(broken, None) if "scroll_param" in asked.query else None
    memory.load()
    assert holds(memory, desk)


def test_a_scroll_that_always_breaks_is_given_up(desk: Desk, memory: Memory) -> None:
    desk.meddle = lambda asked, number: (
        refusal(404, "not_found", "scroll expired") if "scroll_param" in asked.query else None
    )
    with pytest.raises(VendorError, match="scroll expired"):
        memory.load()
    assert sum(asked.path == "/companies/scroll" for asked in desk.asked) == 2 * api.SCROLL_ATTEMPTS


def test_a_scroll_that_does_not_move_is_refused(desk: Desk, memory: Memory) -> None:
    desk.alter = lambda asked, body: {**body, "data": desk.companies} if asked.path == "/companies/scroll" else body
    with pytest.raises(BrokenPagination, match="given before"):
        memory.load()


def test_somebody_else_s_scroll_is_waited_for(desk: Desk, memory: Memory) -> None:
    taken = iter([refusal(400, "scroll_exists", "scroll already exists for this workspace")] * 2)
    desk.meddle = lambda asked, number: next(taken, None) if asked.path == "/companies/scroll" else None
    memory.load()
    assert holds(memory, desk)


def test_new_dropped_and_retyped_fields(desk: Desk, warehouse: Any) -> None:
    desk.contacts["ann"]["introduced"] = "surprise"
    del desk.contacts["ben"]["name"]
    desk.contacts["cyd"]["created_at"] = "yesterday"
    house = warehouse("intercom")
    report = house.load(desk, STARTED)
    assert house.column("contacts", "id") == ["ann", "ben"]
    assert house.query("select _record ->> 'introduced' from raw.contacts where id = 'ann'") == [("surprise",)]
    assert house.query("select table_name, reason from raw._quarantine") == [
        ("contacts", "created_at is not a epoch_seconds")
    ]
    counts = report.tables["contacts"]
    assert (counts.received, counts.loaded, counts.quarantined) == (3, 2, 1)


def test_what_people_wrote_does_not_enter_the_warehouse(loaded: Any) -> None:
    kept = json.dumps(loaded.contents(), default=str)
    assert "secret" not in kept
    assert "About the bill" in kept
    assert loaded.query("select has_body from raw.conversation_parts where id in ('12', '13') order by id") == [
        (True,),
        (False,),
    ]


def test_what_people_wrote_is_kept_when_asked_for(desk: Desk, warehouse: Any) -> None:
    house = warehouse("intercom")
    house.load(desk, STARTED, keep_message_text=True)
    kept = json.dumps(house.contents(), default=str)
    assert all(text in kept for text in ("secret praise", "secret question 1", "secret words of 12"))


def test_of_more_than_500_parts_the_newest_are_held_and_the_loss_is_countable(desk: Desk, memory: Memory) -> None:
    def held() -> tuple[int, int, str]:
        rows = [row for row in memory.living("conversation_parts") if row["conversation_id"] == "3"]
        return len(rows), max(row["parts_total"] for row in rows), min(row["id"] for row in rows)

    desk.conversations["3"]["parts"] = [part(f"p{number:03}", at=NOON + number) for number in range(503)]
    memory.load()
    assert held() == (500, 503, "p003")
    desk.conversations["3"]["parts"].append(part("p503", at=NOON + 503))
    desk.conversations["3"]["updated_at"] = NOON + 503
    memory.load()
    assert held() == (501, 504, "p003")  # what was read once stays


@pytest.mark.parametrize("zone_hours", [-11, 0, 13])
def test_older_versions_search_contacts_by_whole_days(zone_hours: int, desk: Desk, memory: Memory) -> None:
    desk.zone_hours = zone_hours
    memory.load(api_version="2.14")
    desk.contacts["dee"] = person("dee", NOON + 3)
    memory.load(api_version="2.14")
    assert holds(memory, desk)
    assert not any(asked.path == "/conversations/deleted" for asked in desk.asked)


def test_contacts_are_not_listed_when_nobody_asks_for_deletions(desk: Desk, memory: Memory) -> None:
    memory.load(find_deleted_contacts=False)
    assert not any(asked.path == "/contacts" for asked in desk.asked)


def test_start_date_is_the_oldest_change_asked_for(desk: Desk) -> None:
    contacts = next(each for each in streams(_settings(desk, start_date="2026-01-01")) if each.table.name == "contacts")
    list(contacts.pages(StreamContext({}, STARTED)))
    assert desk.asked[-1].json["query"]["value"] == NOON - 12 * 3_600 - 1


@pytest.mark.parametrize(
    ("region", "host"), [("us", "api.intercom.io"), ("eu", "api.eu.intercom.io"), ("au", "api.au.intercom.io")]
)
def test_each_region_has_its_host(region: str, host: str) -> None:
    settings = Settings(name="intercom", access_token="t", region=region)  # type: ignore[arg-type]
    assert settings.effective_base_url == f"https://{host}"


def test_check_says_which_workspace_answered(desk: Desk) -> None:
    assert check(_settings(desk)) == [Finding(True, "Intercom 2.17: workspace Northwind")]


def test_check_names_each_permission_that_the_token_lacks(desk: Desk) -> None:
    desk.meddle = lambda asked, number: (
        refusal(403, "forbidden", "No") if asked.path.startswith(("/admins", "/conversations")) else None
    )
    _, *others = check(_settings(desk))
    assert [(finding.ok, finding.text) for finding in others] == [
        (False, "may not read conversations: it lacks *read conversations*"),
        (False, "may not read admins: it lacks *read admins*"),
    ]


def test_a_wrong_token_is_said_without_being_shown(desk: Desk) -> None:
    with pytest.raises(CredentialsRejected) as caught:
        check(_settings(desk, access_token="wrong-and-secret"))
    assert "sources.intercom" in caught.value.remedy
    assert "wrong-and-secret" not in str(caught.value) + caught.value.remedy


def test_an_unknown_version_names_the_setting(desk: Desk) -> None:
    desk.meddle = lambda asked, number: refusal(
        400, "intercom_version_invalid", "The requested version could not be found"
    )
    with pytest.raises(VendorError, match="version could not be found") as caught:
        check(_settings(desk, api_version="2.99"))
    assert "api_version" in caught.value.remedy


def test_nobody_there(closed_address: str) -> None:
    with pytest.raises(HostUnreachable):
        check(Settings(name="intercom", base_url=closed_address, access_token="t"))  # type: ignore[arg-type]


def _settings(desk: Desk, **changes: Any) -> Settings:
    return Settings(name="intercom", **{"base_url": desk.address, "access_token": TOKEN, **changes})
