"""Google Ads, read over HTTP from the sandbox into a real DuckDB, against the world that the sandbox serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, CredentialsRejected, HostUnreachable, VendorError
from ingestion.sandbox.facts import Facts
from ingestion.sandbox.server import SandboxServer
from ingestion.source import StreamContext
from ingestion.sources import google_ads
from ingestion.sources.google_ads import Settings, check, streams
from ingestion.tables import RawTable

EARLIER, AS_OF = date(2023, 6, 30), date(2023, 8, 15)
TOKEN = {"access_token": "ya29.sandbox", "expires_in": 3599}


@pytest.fixture(scope="module")
def world(world_at: Callable[..., Facts]) -> Facts:
    return world_at(AS_OF)


@pytest.fixture(scope="module")
def sandbox(world: Facts) -> Iterator[SandboxServer]:
    with SandboxServer(AS_OF, facts=world, window_scale=0.001) as server:
        yield server


@pytest.fixture(scope="module")
def loaded(sandbox: SandboxServer, module_warehouse: Callable[[str], Any]) -> Any:
    warehouse = module_warehouse("google_ads")
    warehouse.load(sandbox)
    return warehouse


def test_every_campaign_and_day_of_the_world_arrives_in_micros(loaded: Any, world: Facts) -> None:
    assert loaded.column("campaigns", "campaign_id") == sorted(str(row.campaign_id) for row in world.ad_campaigns)
    days = {
        (str(row.campaign_id), row.day): (row.cost_micros, row.clicks, float(row.conversions_known(AS_OF)))
        for row in world.ad_days
        if row.cost_micros or row.impressions or row.clicks
    }
    found = {
        (campaign, day): tuple(measures)
        for campaign, day, *measures in loaded.query(
            "select campaign_id, date, cost_micros, clicks, conversions from raw.campaign_days"
        )
    }
    assert len(days) > 100
    assert found == days


def test_each_account_keeps_its_currency(loaded: Any, world: Facts) -> None:
    found = dict(loaded.query("select campaign_id, currency_code from raw.campaigns"))
    assert found == {str(row.campaign_id): row.currency for row in world.ad_campaigns}
    assert len(set(found.values())) > 1


@pytest.mark.parametrize("days", [20, 1000])
def test_any_slice_of_days_brings_the_same(days: int, sandbox: SandboxServer, loaded: Any, warehouse: Any) -> None:
    other = warehouse("google_ads")
    other.load(sandbox, datetime(2023, 8, 16), days_per_request=days)
    assert other.contents() == loaded.contents()


def test_small_batches_of_the_stream_lose_nothing(world: Facts, loaded: Any, warehouse: Any) -> None:
    with SandboxServer(AS_OF, facts=world, window_scale=0.001, page_cap=1) as narrow:
        other = warehouse("google_ads")
        other.load(narrow)
    assert other.contents() == loaded.contents()


def test_second_run_reads_only_the_look_back_and_changes_nothing(
    sandbox: SandboxServer, loaded: Any, tmp_path: Any
) -> None:
    again = loaded.copy_to(tmp_path / "again")
    report = again.load(sandbox, lookback_days=30)
    assert again.contents() == loaded.contents()
    assert 0 < report.tables["campaign_days"].received < report.tables["campaign_days"].rows_after / 2


def test_restated_days_are_read_again(
    world_at: Callable[..., Facts], sandbox: SandboxServer, loaded: Any, warehouse: Any
) -> None:
    grown = warehouse("google_ads")
    with SandboxServer(EARLIER, facts=world_at(EARLIER), window_scale=0.001) as earlier:
        grown.load(earlier)
    conversions = f"select sum(conversions) from raw.campaign_days where date <= '{EARLIER}'"
    before = grown.query(conversions)
    grown.load(sandbox)
    assert grown.query(conversions) > before
    assert grown.contents() == loaded.contents()


def test_an_account_added_later_is_read_from_its_beginning(sandbox: SandboxServer, loaded: Any, warehouse: Any) -> None:
    first, *others = str(sandbox.overlay()["google_ads"]["customer_ids"]).split(",")
    grown = warehouse("google_ads")
    grown.load(sandbox, customer_ids=first)
    assert len(grown.column("campaigns", "campaign_id")) < len(loaded.column("campaigns", "campaign_id"))
    grown.load(sandbox, customer_ids=[first, *others])
    assert grown.contents() == loaded.contents()


def test_campaign_dates_are_asked_for_by_the_name_of_the_version(sandbox: SandboxServer, loaded: Any) -> None:
    def dates(version: str) -> set[Any]:
        settings = Settings(name="google_ads", api_version=version, **sandbox.overlay()["google_ads"])
        stream = next(iter(streams(settings)))
        rows = [row for page in stream.pages(_context()) for row in page]
        table: RawTable = stream.table
        batch, rejected = table.batch(rows, datetime(2023, 8, 16))
        assert not rejected
        return {row["start_date"] for row in batch.to_pylist()}

    assert dates("v22") == dates("v24") == set(loaded.column("campaigns", "start_date"))


def test_customer_ids_are_a_list_or_a_text() -> None:
    text = _settings("http://localhost", customer_ids="123-456-7890, 1112223333")
    assert text.customer_ids == ("1234567890", "1112223333")
    with pytest.raises(ValidationError):
        _settings("http://localhost", customer_ids="my account")


def test_an_error_at_the_end_of_the_stream_is_an_error(vendor: Any) -> None:
    def answer(path: str, number: int) -> Any:
        if path.endswith("/token"):
            return 200, {}, TOKEN
        return 200, {}, [{"results": [{}]}, {"error": {"code": 500, "message": "stream removed", "status": "INTERNAL"}}]

    with pytest.raises(VendorError, match="stream removed"):
        _read(vendor(answer))


@pytest.mark.parametrize("body", [{"rows": []}, [{"rows": []}], "gone"])
def test_another_shape_is_refused(body: Any, vendor: Any) -> None:
    address = vendor(lambda path, number: (200, {}, TOKEN if path.endswith("/token") else body))
    with pytest.raises((BrokenPagination, VendorError)):
        _read(address)


def test_an_account_without_rows_is_no_error(vendor: Any) -> None:
    empty = [{"fieldMask": "campaign.id", "requestId": "1"}]
    _read(vendor(lambda path, number: (200, {}, TOKEN if path.endswith("/token") else empty)))


@pytest.mark.parametrize("name", ["refresh_token", "client_secret", "developer_token"])
def test_each_wrong_credential_is_said_without_being_shown(name: str, sandbox: SandboxServer) -> None:
    overlay = {**sandbox.overlay()["google_ads"], name: "wrong-and-secret"}
    with pytest.raises(CredentialsRejected) as caught:
        check(Settings(name="ads", **overlay))
    assert "sources.ads" in caught.value.remedy
    assert "wrong-and-secret" not in str(caught.value) + caught.value.remedy


def test_nobody_there(monkeypatch: pytest.MonkeyPatch, closed_address: str) -> None:
    def impatient(*args: Any, **kwargs: Any) -> ApiClient:
        return ApiClient(*args, **kwargs, max_attempts=1)

    monkeypatch.setattr("ingestion.oauth.ApiClient", impatient)
    monkeypatch.setattr(google_ads, "ApiClient", impatient)
    with pytest.raises(HostUnreachable):
        check(_settings(closed_address))


def _settings(address: str, **changes: Any) -> Settings:
    given: dict[str, Any] = {
        "client_id": "c",
        "client_secret": "s",
        "refresh_token": "r",
        "developer_token": "d",
        "customer_ids": "1234567890",
        **changes,
    }
    return Settings(name="google_ads", base_url=address, **given)


def _read(address: str) -> None:
    start = date.today() - timedelta(days=3)
    for stream in streams(_settings(address, start_date=start)):
        list(stream.pages(_context()))


def _context() -> StreamContext:
    return StreamContext({}, started_at=datetime(2023, 8, 16))
