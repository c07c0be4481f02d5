"""LinkedIn Ads, read over HTTP from accounts that answer as the reference says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from pydantic import ValidationError

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, CredentialsRejected, HostUnreachable, RateLimited, VendorError
from ingestion.sandbox.server import SandboxServer
from ingestion.sources.linkedin_ads import Settings, api, check, streams
from tests.ingestion.sources.acquired import AS_OF, EARLIER, acquired
from tests.ingestion.sources.linkedin_accounts import FORM, TOKEN, Accounts, campaign, refusal
from tests.ingestion.sources.memory import Memory
from tests.ingestion.sources.service import Asked, serving

STARTED = datetime(2026, 1, 12)


@pytest.fixture
def ads() -> Iterator[Accounts]:
    accounts = Accounts()
    with serving(accounts.answer) as accounts.address:
        yield accounts


@pytest.fixture
def memory(ads: Accounts) -> Memory:
    return Memory(lambda **changes: streams(_settings(ads, **changes)), STARTED)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = partial(ApiClient, backoff_seconds=0.001, max_attempts=4)
    monkeypatch.setattr(api, "ApiClient", quick)
    monkeypatch.setattr("ingestion.oauth.ApiClient", quick)


def holds(memory: Memory, ads: Accounts) -> bool:
    """Whether the living rows are what the accounts hold, each once, to the last digit."""

    def ids(rows: list[dict[str, Any]]) -> list[str]:
        return sorted(str(row["id"]) for row in rows)

    days = {(str(number), day): Decimal(row["costInLocalCurrency"]) for (number, day), row in ads.days.items()}
    found = {(row["campaign_id"], row["date"]): row["cost"] for row in memory.living("campaign_days")}
    return (
        ids(memory.living("ad_accounts")) == ids(ads.accounts)
        and ids(memory.living("campaign_groups")) == ids(ads.groups)
        and ids(memory.living("campaigns")) == ids(ads.campaigns)
        and found == days
    )


def test_everything_the_accounts_hold_arrives(ads: Accounts, warehouse: Any) -> None:
    ads.days[1, date(2026, 1, 3)]["costInLocalCurrency"] = "75.74999999999999"
    ads.days[1, date(2026, 1, 4)]["costInLocalCurrency"] = "-2E-18"
    house = warehouse("linkedin_ads")
    report = house.load(ads, STARTED, start_date="2026-01-01")
    assert report.quarantined == 0
    assert house.column("campaigns", "id") == ["1", "2", "3", "4"]
    sums = house.query("select account_id, count(*), sum(cost) from raw.campaign_days group by 1 order by 1")
    whole = sum(Decimal(f"{number}.{day:02}") for number in (1, 3) for day in range(1, 11))
    exact = whole - Decimal("1.03") - Decimal("1.04") + Decimal("75.750000000")
    assert sums == [("501", 20, exact), ("502", 10, sum(Decimal(f"4.{day:02}") for day in range(1, 11)))]
    (row,) = house.query("select account_id, campaign_group_id, started_at from raw.campaigns where id = '1'")
    assert row == ("501", "77", datetime(2026, 1, 1))
    assert house.query(
        "select campaign_id, dynamic_values ->> 'utm_campaign' from raw.tracking_parameters order by 1"
    ) == [
        ("1", "CAMPAIGN_NAME"),
        ("2", None),
        ("3", None),
        ("4", None),
    ]
    before = house.contents()
    for _ in range(3):
        house.load(ads, STARTED, start_date="2026-01-01")
    assert house.contents() == before


@pytest.mark.parametrize("page_size", [1, 2, 1000])
def test_any_page_size_brings_the_same(page_size: int, ads: Accounts, memory: Memory) -> None:
    memory.load(page_size=page_size)
    assert holds(memory, ads)


@pytest.mark.parametrize("days", [1, 3, 5000])
def test_any_slice_of_days_brings_the_same(days: int, ads: Accounts, memory: Memory) -> None:
    memory.load(days_per_request=days)
    assert holds(memory, ads)


def test_a_later_run_reads_the_look_back_again_and_no_more(ads: Accounts, memory: Memory) -> None:
    memory.load()
    ads.days[1, date(2026, 1, 8)]["costInLocalCurrency"] = "99.5"
    ads.days[3, date(2026, 1, 11)] = {"costInLocalCurrency": "1.5"}
    memory.load(lookback_days=3)
    assert holds(memory, ads)
    assert memory.received["campaign_days"] == 4 * 3 + 1


def test_growing_with_the_simulated_company_equals_a_fresh_load(warehouse: Any) -> None:
    grown, fresh = warehouse("linkedin_ads"), warehouse("linkedin_ads")
    with SandboxServer(EARLIER, facts=acquired(EARLIER), window_scale=0.001) as sandbox:
        grown.load(sandbox, datetime.combine(EARLIER, time()))
    conversions = f"select sum(external_website_conversions) from raw.campaign_days where date <= '{EARLIER}'"
    before = grown.query(conversions)
    with SandboxServer(AS_OF, facts=acquired(), window_scale=0.001) as sandbox:
        grown.load(sandbox)
        fresh.load(sandbox)
    assert grown.contents() == fresh.contents()
    assert grown.query(conversions) > before  # days that were restated


def test_an_account_added_later_is_read_from_its_beginning(ads: Accounts, memory: Memory) -> None:
    memory.load(account_ids="501")
    assert {row["account_id"] for row in memory.living("campaign_days")} == {"501"}
    memory.load(account_ids=["urn:li:sponsoredAccount:501", "502"], lookback_days=1)
    assert holds(memory, ads)


def test_what_is_removed_is_seen(ads: Accounts, memory: Memory) -> None:
    memory.load()
    ads.campaigns[0]["status"] = "REMOVED"
    del ads.campaigns[1]
    memory.load()
    assert holds(memory, ads)
    assert next(row["status"] for row in memory.living("campaigns") if row["id"] == "1") == "REMOVED"


def test_a_campaign_that_comes_between_pages_is_there_the_next_time(ads: Accounts, memory: Memory) -> None:
    def meddle(asked: Asked, number: int) -> None:
        if "pageToken" in asked.query and len(ads.campaigns) == 4:
            ads.campaigns.insert(0, campaign(9))

    ads.meddle = meddle  # type: ignore[assignment]
    memory.load(page_size=1)
    memory.load(page_size=1)
    assert holds(memory, ads)


def test_a_report_that_would_be_cut_is_asked_for_in_halves(
    ads: Accounts, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "MOST_ROWS", 5)
    ads.alter = lambda asked, body: {**body, "elements": body["elements"][:5]} if "adAnalytics" in asked.path else body
    memory.load(days_per_request=5000)
    assert holds(memory, ads)


def test_a_day_that_is_cut_is_refused(ads: Accounts, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_ROWS", 2)
    with pytest.raises(BrokenPagination, match="cuts it off"):
        memory.load()


def test_tracking_parameters_are_asked_of_those_that_may_change(ads: Accounts, memory: Memory) -> None:
    memory.load()
    first = len([asked for asked in ads.asked if "adTrackingParameters" in asked.path])
    ads.tracking[3] = {"customValueParameters": {"utm_campaign": "spring"}}
    memory.load()
    second = [asked for asked in ads.asked if "adTrackingParameters" in asked.path][first:]
    assert (first, len(second)) == (4, 3)
    rows = {row["campaign_id"]: row["custom_values"] for row in memory.living("tracking_parameters")}
    assert rows == {"1": None, "2": None, "3": '{"utm_campaign":"spring"}', "4": None}


def test_tracking_parameters_can_be_left_alone(ads: Accounts, memory: Memory) -> None:
    memory.load(read_tracking_parameters=False)
    assert not any("adTrackingParameters" in asked.path for asked in ads.asked)


@pytest.mark.parametrize("headers", [{"Retry_After": "0"}, {}])
def test_rate_limits_are_waited_out(headers: dict[str, str], ads: Accounts, memory: Memory) -> None:
    ads.meddle = lambda asked, number: (
        refusal(429, "TOO_MANY_REQUESTS", "Resource level throttle limit", **headers) if number % 3 == 0 else None
    )
    memory.load()
    assert holds(memory, ads)


def test_storms_of_errors_are_weathered(ads: Accounts, memory: Memory) -> None:
    seen: dict[str, int] = {}

    def meddle(asked: Asked, number: int) -> Any:
        address = f"{asked.path}?{asked.raw_query}"
        seen[address] = seen.get(address, 0) + 1
        return refusal((500, 504)[number % 2], "INTERNAL", "Internal server error") if seen[address] <= 2 else None

    ads.meddle = meddle
    memory.load(days_per_request=400)
    assert holds(memory, ads)


@pytest.mark.parametrize(
    ("status", "error"), [(503, HostUnreachable), (429, RateLimited), (403, CredentialsRejected), (400, VendorError)]
)
def test_what_does_not_pass_is_said(status: int, error: Any, ads: Accounts, memory: Memory) -> None:
    ads.meddle = lambda asked, number: refusal(status, "CODE", "message") if "adAnalytics" in asked.path else None
    with pytest.raises(error):
        memory.load()


@pytest.mark.parametrize("path", ["/rest/adAccounts", "/rest/adAccounts/501/adCampaigns", "/rest/adAnalytics"])
def test_an_error_inside_http_200_is_an_error(path: str, ads: Accounts, memory: Memory) -> None:
    error = {"status": 500, "code": "INTERNAL", "message": "It broke"}
    ads.alter = lambda asked, body: error if asked.path == path else body
    with pytest.raises(VendorError, match="It broke"):
        memory.load()


@pytest.mark.parametrize(
    ("path", "lost"),
    [
        ("/rest/adAccounts", "elements"),
        ("/rest/adAccounts", "metadata"),
        ("/rest/adAccounts/501/adCampaigns", "elements"),
        ("/rest/adAccounts/501/adCampaigns", "metadata"),
        ("/rest/adAnalytics", "elements"),
    ],
)
def test_an_answer_of_another_shape_is_refused(path: str, lost: str, ads: Accounts, memory: Memory) -> None:
    ads.alter = lambda asked, body: (
        {name: value for name, value in body.items() if name != lost} if asked.path == path else body
    )
    with pytest.raises(BrokenPagination):
        memory.load()


def test_a_page_token_that_does_not_move_is_refused(ads: Accounts, memory: Memory) -> None:
    ads.alter = lambda asked, body: (
        {**body, "metadata": {"nextPageToken": "t0"}} if asked.path == "/rest/adAccounts" else body
    )
    with pytest.raises(BrokenPagination, match="same page twice"):
        memory.load()


def test_new_dropped_and_retyped_fields(ads: Accounts, warehouse: Any) -> None:
    ads.campaigns[0]["introduced"] = "surprise"
    del ads.campaigns[1]["runSchedule"]
    ads.days[1, date(2026, 1, 3)]["costInLocalCurrency"] = "a lot"
    ads.days[1, date(2026, 1, 4)]["clicks"] = "few"
    house = warehouse("linkedin_ads")
    report = house.load(ads, STARTED, start_date="2026-01-01")
    assert house.query("select _record ->> 'introduced' from raw.campaigns where id = '1'") == [("surprise",)]
    assert house.column("_quarantine", "reason") == ["clicks is not a bigint", "cost is not a decimal"]
    counts = report.tables["campaign_days"]
    assert (counts.received, counts.loaded, counts.quarantined) == (30, 28, 2)


def test_a_version_no_longer_served_names_its_setting(ads: Accounts, memory: Memory) -> None:
    with pytest.raises(VendorError, match="202301") as caught:
        memory.load(api_version="202301")
    assert "sources.linkedin_ads.api_version" in caught.value.remedy


def test_an_account_that_is_not_open_is_said(ads: Accounts) -> None:
    with pytest.raises(CredentialsRejected, match="may not read the account 999"):
        check(_settings(ads, account_ids="501,999"))


def test_check_says_which_accounts_answered(ads: Accounts) -> None:
    assert check(_settings(ads)) == "LinkedIn Ads 202608: 501 in EUR, 502 in USD"


def test_an_access_token_alone_is_enough(ads: Accounts) -> None:
    settings = Settings(name="linkedin_ads", base_url=ads.address, access_token=TOKEN)  # type: ignore[arg-type]
    assert "501 in EUR" in check(settings)
    assert not any(asked.path == "/oauth/v2/accessToken" for asked in ads.asked)


@pytest.mark.parametrize("name", ["refresh_token", "client_secret"])
def test_each_wrong_credential_is_said_without_being_shown(name: str, ads: Accounts) -> None:
    with pytest.raises(CredentialsRejected) as caught:
        check(_settings(ads, **{name: "wrong-and-secret"}))
    assert "sources.linkedin_ads" in caught.value.remedy
    assert "wrong-and-secret" not in str(caught.value) + caught.value.remedy


@pytest.mark.parametrize(
    "given", [{}, {"refresh_token": "r"}, {"access_token": "t", "account_ids": "mine"}, {"api_version": "2026-08"}]
)
def test_settings_that_cannot_work_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(name="linkedin_ads", **given)


def test_nobody_there(closed_address: str) -> None:
    with pytest.raises(HostUnreachable):
        check(Settings(name="linkedin_ads", base_url=closed_address, access_token="t"))  # type: ignore[arg-type]


def _settings(ads: Accounts, **changes: Any) -> Settings:
    credentials = {name: value for name, value in FORM.items() if name != "grant_type"}
    return Settings(
        name="linkedin_ads",
        **{"base_url": ads.address, "start_date": date(2026, 1, 1), **credentials, **changes},
    )
