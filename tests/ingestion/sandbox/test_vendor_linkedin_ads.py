"""LinkedIn's Marketing API as the sandbox serves it, over three campaigns written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import requests

from ingestion.sandbox.facts import AdCampaign, AdDay, Facts, History
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors import linkedin_ads
from ingestion.sandbox.vendors.linkedin_ads.restli import Malformed, parse
from tests.ingestion.sandbox.conftest import AS_OF, day

USD, EUR = 510_000_001, 510_000_002
ACCOUNT = quote(f"urn:li:sponsoredAccount:{USD}", safe="")
MARCH = "(start:(year:2026,month:3,day:1),end:(year:2026,month:3,day:31))"
REPORT = "fields=dateRange,pivotValues,costInLocalCurrency,impressions,externalWebsiteConversions,oneClickLeads"


def campaign(number: int, currency: str, **more: Any) -> AdCampaign:
    values: dict[str, Any] = {"ends_on": None, "platform": "linkedin_ads", "group": "Demand", **more}
    status = History(day("2026-01-01"), values.pop("status", "ENABLED"))
    return AdCampaign(
        number,
        f"Campaign {number}",
        "SPONSORED_UPDATES",
        f"utm-{number}",
        currency,
        date(2026, 1, 1),
        status=status,
        **values,
    )


def ad_day(number: int, on: date, cost: int = 1_500_000, known: tuple[int, ...] = (1, 2, 4)) -> AdDay:
    return AdDay(number, on, 100, 3, cost, list(known), 60_000_000)


def facts() -> Facts:
    return Facts(
        seed=0,
        scale=0,
        starts_on=date(2026, 1, 1),
        as_of=AS_OF,
        ad_campaigns=[
            campaign(1, "USD"),
            campaign(2, "EUR"),
            campaign(3, "USD", objective="LEAD_GENERATION", ends_on=date(2026, 2, 1), group="Awareness"),
            campaign(4, "USD", status="REMOVED"),
            campaign(5, "USD", platform="google_ads"),
        ],
        ad_days=[
            ad_day(1, date(2026, 3, 1)),
            ad_day(1, date(2026, 3, 31), cost=50_676_636),
            ad_day(2, date(2026, 3, 1)),
            ad_day(3, date(2026, 3, 1)),
            AdDay(3, date(2026, 3, 2), 0, 0, 0, [0], 0),
        ],
    )


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with SandboxServer(AS_OF.date(), facts=facts(), window_scale=0.001) as sandbox:
        yield sandbox.base_urls["linkedin_ads"]


@pytest.fixture(scope="module")
def headers(base_url: str) -> dict[str, str]:
    form = {"grant_type": "refresh_token", **linkedin_ads.CREDENTIALS}
    answer = requests.post(f"{base_url}/oauth/v2/accessToken", data=form, timeout=10).json()
    assert answer["expires_in"] > 0
    token = {"Authorization": f"Bearer {answer['access_token']}"}
    return {**token, "LinkedIn-Version": "202608", "X-Restli-Protocol-Version": "2.0.0"}


def get(url: str, headers: dict[str, str], status: int = 200) -> Any:
    response = requests.get(url, headers=headers, timeout=10)
    assert response.status_code == status, response.text
    return response.json()


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_pages_of_any_size_hold_every_campaign(base_url: str, headers: dict[str, str], size: int) -> None:
    url, found = f"{base_url}/rest/adAccounts/{USD}/adCampaigns?q=search&pageSize={size}", []
    page = get(url, headers)
    while True:
        found += page["elements"]
        if "nextPageToken" not in page["metadata"]:
            break
        page = get(f"{url}&pageToken={page['metadata']['nextPageToken']}", headers)
    assert [one["id"] for one in found] == [1, 3, 4]
    assert [one["status"] for one in found] == ["ACTIVE", "COMPLETED", "ARCHIVED"]
    assert {one["account"] for one in found} == {f"urn:li:sponsoredAccount:{USD}"}


def test_there_is_an_account_for_each_currency_with_its_groups(base_url: str, headers: dict[str, str]) -> None:
    accounts = get(f"{base_url}/rest/adAccounts?q=search", headers)["elements"]
    assert [(one["id"], one["currency"]) for one in accounts] == [(USD, "USD"), (EUR, "EUR")]
    groups = get(f"{base_url}/rest/adAccounts/{USD}/adCampaignGroups?q=search", headers)["elements"]
    assert [one["name"] for one in groups] == ["Demand", "Awareness"]
    campaigns = get(f"{base_url}/rest/adAccounts/{USD}/adCampaigns?q=search", headers)["elements"]
    assert campaigns[1]["campaignGroup"] == f"urn:li:sponsoredCampaignGroup:{groups[1]['id']}"


def test_searches_filter(base_url: str, headers: dict[str, str]) -> None:
    url = f"{base_url}/rest/adAccounts/{USD}/adCampaigns?q=search&search="
    by_status = get(f"{url}(status:(values:List(ACTIVE,ARCHIVED)))", headers)["elements"]
    assert [one["id"] for one in by_status] == [1, 4]
    urn = quote("urn:li:sponsoredCampaign:3", safe="")
    assert [one["id"] for one in get(f"{url}(id:(values:List({urn})))", headers)["elements"]] == [3]


def report(base_url: str, more: str) -> str:
    return f"{base_url}/rest/adAnalytics?q=analytics&pivot=CAMPAIGN&timeGranularity=DAILY&{more}"


def test_analytics_by_day_and_campaign(base_url: str, headers: dict[str, str]) -> None:
    rows = get(report(base_url, f"dateRange={MARCH}&accounts=List({ACCOUNT})&{REPORT}"), headers)["elements"]
    first, leads, newest = rows
    assert first == {
        "dateRange": {"start": {"year": 2026, "month": 3, "day": 1}, "end": {"year": 2026, "month": 3, "day": 1}},
        "pivotValues": ["urn:li:sponsoredCampaign:1"],
        "costInLocalCurrency": "1.5",
        "impressions": 100,
        "externalWebsiteConversions": 7,
        "oneClickLeads": 0,
    }
    assert (leads["externalWebsiteConversions"], leads["oneClickLeads"]) == (0, 7)
    assert (newest["costInLocalCurrency"], newest["externalWebsiteConversions"]) == ("50.676636", 1)


def test_a_report_has_only_the_fields_and_days_asked_for(base_url: str, headers: dict[str, str]) -> None:
    one_day = "(start:(year:2026,month:3,day:31),end:(year:2026,month:3,day:31))"
    rows = get(report(base_url, f"dateRange={one_day}&accounts=List({ACCOUNT})"), headers)["elements"]
    assert rows == [{"impressions": 100, "clicks": 3}]
    stranger = quote("urn:li:sponsoredAccount:1", safe="")
    assert get(report(base_url, f"dateRange={MARCH}&accounts=List({stranger})"), headers)["elements"] == []


def test_a_report_stops_at_its_most_rows(
    base_url: str, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linkedin_ads, "MOST_ROWS", 2)
    assert len(get(report(base_url, f"dateRange={MARCH}&accounts=List({ACCOUNT})"), headers)["elements"]) == 2


def test_tracking_parameters(base_url: str, headers: dict[str, str]) -> None:
    url = f"{base_url}/rest/adTrackingParameters/(adEntity:(sponsoredCampaign:{{}}))"
    found = get(url.format(quote("urn:li:sponsoredCampaign:1", safe="")), headers)
    assert found["customValueParameters"]["utm_campaign"] == "utm-1"
    get(url.format(quote("urn:li:sponsoredCampaign:5", safe="")), headers, 404)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"Authorization": "Bearer wrong"}, 401, "INVALID_ACCESS_TOKEN"),
        ({"LinkedIn-Version": None}, 400, "VERSION_MISSING"),
        ({"LinkedIn-Version": "202401"}, 426, "NONEXISTENT_VERSION"),
        ({"LinkedIn-Version": "2026"}, 426, "NONEXISTENT_VERSION"),
        ({"X-Restli-Protocol-Version": "1.0.0"}, 400, "PARAM_INVALID"),
    ],
)
def test_headers_are_required(
    base_url: str, headers: dict[str, str], changes: dict[str, str | None], status: int, code: str
) -> None:
    given = {name: value for name, value in {**headers, **changes}.items() if value is not None}
    url = f"{base_url}/rest/adAccounts?q=search&search=(status:(values:List(ACTIVE)))"
    assert get(url, given, status)["code"] == code


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("adAccounts", "ILLEGAL_ARGUMENT"),
        ("adAccounts?q=search&pageSize=1001", "ILLEGAL_ARGUMENT"),
        ("adAccounts?q=search&pageToken=nonsense", "ILLEGAL_ARGUMENT"),
        ("adAccounts?q=search&search=(status:(values:List(ACTIVE))", "PARAM_INVALID"),
        (f"adAnalytics?q=analytics&pivot=CAMPAIGN&timeGranularity=DAILY&dateRange={MARCH}", "MISSING_FACET"),
        (
            "adAnalytics?q=analytics&pivot=CAMPAIGN&timeGranularity=DAILY&accounts=List(urn:li:sponsoredAccount:1)"
            f"&dateRange={MARCH}",
            "PARAM_INVALID",
        ),
        (f"adAnalytics?q=analytics&pivot=CAMPAIGN&timeGranularity=DAILY&accounts=List({ACCOUNT})", "PARAM_MISSING"),
        (
            f"adAnalytics?q=analytics&pivot=CAMPAIGN&timeGranularity=DAILY&accounts=List({ACCOUNT})&dateRange={MARCH}"
            "&fields=impressions,moonlight",
            "FIELD_INVALID",
        ),
    ],
)
def test_what_is_refused(base_url: str, headers: dict[str, str], path: str, code: str) -> None:
    assert get(f"{base_url}/rest/{path}", headers, 400)["code"] == code


def test_a_wrong_refresh_token_or_secret_gets_no_token(base_url: str) -> None:
    url, form = f"{base_url}/oauth/v2/accessToken", {"grant_type": "refresh_token", **linkedin_ads.CREDENTIALS}
    assert requests.post(url, data={**form, "refresh_token": "old"}, timeout=10).status_code == 400
    assert requests.post(url, data={**form, "client_secret": "wrong"}, timeout=10).status_code == 401


def test_too_many_requests(monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]) -> None:
    monkeypatch.setattr(linkedin_ads, "REQUESTS_PER_MINUTE", 1)
    with SandboxServer(AS_OF.date(), facts=facts(), window_scale=1) as sandbox:
        url = f"{sandbox.base_urls['linkedin_ads']}/rest/adAccounts?q=search"
        get(url, headers)
        assert get(url, headers, 429)["code"] == "TOO_MANY_REQUESTS"


def test_rest_li_notation() -> None:
    assert parse("(a:(b:List(x,y%2Cz)),c:1)") == {"a": {"b": ["x", "y,z"]}, "c": "1"}
    assert parse("List()") == []
    for broken in ("(a:1", "List(a", "(a)", "List(urn:li:x)", "a)b", "(a:1)b"):
        with pytest.raises(Malformed):
            parse(broken)


def test_days_before_and_after_the_range_are_left_out(base_url: str, headers: dict[str, str]) -> None:
    until = date(2026, 3, 30)
    span = f"(start:(year:2026,month:3,day:2),end:(year:{until.year},month:{until.month},day:{until.day}))"
    rows = get(report(base_url, f"dateRange={span}&accounts=List({ACCOUNT})"), headers)["elements"]
    assert rows == []  # a day without activity is not in the report either
    open_end = f"(start:(year:2026,month:3,day:{(until + timedelta(days=1)).day}))"
    assert len(get(report(base_url, f"dateRange={open_end}&accounts=List({ACCOUNT})"), headers)["elements"]) == 1
