"""Google Ads as the sandbox serves it, over three campaigns written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests

from ingestion.sandbox.facts import AdCampaign, AdDay, Facts, History
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors import google_ads

AS_OF = datetime(2025, 1, 10, 23, 59, 59, tzinfo=UTC)
START = date(2025, 1, 1)
USD, EUR, GBP = (google_ads.ACCOUNTS[currency] for currency in ("USD", "EUR", "GBP"))
GRANT = {
    "grant_type": "refresh_token",
    **{name: google_ads.CREDENTIALS[name] for name in ("client_id", "client_secret", "refresh_token")},
}
DAILY = (
    "SELECT campaign.id, campaign.name, segments.date, metrics.cost_micros, metrics.impressions, metrics.clicks, "
    "metrics.conversions, metrics.conversions_value, customer.currency_code FROM campaign "
)


def campaign(number: int, kind: str, currency: str, status: str = "ENABLED") -> AdCampaign:
    history = History(datetime(2025, 1, 1, tzinfo=UTC), status)
    return AdCampaign(number, f"Campaign {number}", kind, f"utm-{number}", currency, START, None, history)


def ad_day(number: int, offset: int, impressions: int, conversions: list[int]) -> AdDay:
    cost = impressions * 1_500_000_123
    return AdDay(number, START + timedelta(days=offset), impressions, impressions // 2, cost, conversions, 2_500_000)


def facts() -> Facts:
    days = [ad_day(1, offset, 10 + offset, [1, 2, 4]) for offset in range(10)]
    days += [ad_day(2, offset, 100, [0]) for offset in range(10)]
    days += [ad_day(3, offset, 7, [0]) for offset in range(3)]
    days.append(ad_day(3, 3, 0, [0]))
    return Facts(
        seed=0,
        scale=0,
        starts_on=START,
        as_of=AS_OF,
        ad_campaigns=[
            campaign(1, "SEARCH", "USD"),
            campaign(2, "PERFORMANCE_MAX", "USD", "PAUSED"),
            campaign(3, "SEARCH", "EUR"),
        ],
        ad_days=days,
    )


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with SandboxServer(AS_OF.date(), facts=facts(), window_scale=0.01) as sandbox:
        yield sandbox.base_urls["google_ads"]


def headers(base_url: str) -> dict[str, str]:
    token = requests.post(f"{base_url}/token", data=GRANT).json()["access_token"]
    return {"Authorization": f"Bearer {token}", "developer-token": google_ads.CREDENTIALS["developer_token"]}


def post(base_url: str, query: str, customer: str = USD, **changed: str | None) -> requests.Response:
    sent = {**headers(base_url), **changed}
    return requests.post(
        f"{base_url}/v21/customers/{customer}/googleAds:searchStream",
        json={"query": query},
        headers={name: value for name, value in sent.items() if value is not None},
    )


def rows(base_url: str, query: str, customer: str = USD) -> list[dict[str, Any]]:
    response = post(base_url, query, customer)
    assert response.status_code == 200, response.text
    return [row for batch in response.json() for row in batch.get("results", [])]


@pytest.mark.parametrize(
    ("changed", "status", "error"),
    [
        ({"refresh_token": "wrong"}, 400, "invalid_grant"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_token_refusals(base_url: str, changed: dict[str, str], status: int, error: str) -> None:
    response = requests.post(f"{base_url}/token", data={**GRANT, **changed})
    assert (response.status_code, response.json()["error"]) == (status, error)


@pytest.mark.parametrize(
    ("changed", "status", "name"),
    [
        ({"Authorization": "Bearer wrong"}, 401, "UNAUTHENTICATED"),
        ({"developer-token": "wrong"}, 401, "UNAUTHENTICATED"),
        ({"developer-token": None}, 400, "INVALID_ARGUMENT"),
    ],
)
def test_calls_need_an_access_token_and_a_developer_token(
    base_url: str, changed: dict[str, str | None], status: int, name: str
) -> None:
    response = post(base_url, DAILY, **changed)
    assert response.status_code == status
    assert response.json()[0]["error"]["status"] == name


def test_access_tokens_expire(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = google_ads.Tokens(seconds=60)
    token = tokens.issue()
    assert tokens.is_good(token)
    later = google_ads.time.monotonic() + 61
    monkeypatch.setattr(google_ads.time, "monotonic", lambda: later)
    assert not tokens.is_good(token)


def test_a_report_by_day(base_url: str) -> None:
    query = (
        DAILY + "WHERE segments.date BETWEEN '2025-01-01' AND '2025-01-02' AND campaign.id = 1 ORDER BY segments.date"
    )
    first, second = rows(base_url, query)
    assert first["campaign"] == {"resourceName": f"customers/{USD}/campaigns/1", "id": "1", "name": "Campaign 1"}
    assert first["segments"] == {"date": "2025-01-01"}
    assert first["metrics"] == {
        "costMicros": "15000001230", "impressions": "10", "clicks": "5", "conversions": 7.0, "conversionsValue": 17.5
    }  # fmt: skip
    assert first["customer"]["currencyCode"] == "USD"
    assert second["segments"] == {"date": "2025-01-02"}


def test_late_conversions_are_not_known_yet(base_url: str) -> None:
    query = DAILY + "WHERE segments.date >= '2025-01-08' AND segments.date <= '2025-01-10' AND campaign.id = 1"
    known = {row["segments"]["date"]: row["metrics"]["conversions"] for row in rows(base_url, query)}
    assert known == {"2025-01-08": 7.0, "2025-01-09": 3.0, "2025-01-10": 1.0}


def test_each_account_has_the_campaigns_of_its_currency(base_url: str) -> None:
    query = "SELECT campaign.id, customer.currency_code FROM campaign"
    assert [row["campaign"]["id"] for row in rows(base_url, query)] == ["1", "2"]
    assert [row["customer"]["currencyCode"] for row in rows(base_url, query, EUR)] == ["EUR"]


def test_a_report_without_rows_is_a_batch_without_results(base_url: str) -> None:
    (batch,) = post(base_url, "SELECT campaign.id FROM campaign", GBP).json()
    assert set(batch) == {"fieldMask", "requestId"}


def test_days_without_impressions_are_left_out_of_a_report_by_day(base_url: str) -> None:
    span = "WHERE segments.date BETWEEN '2025-01-03' AND '2025-01-09'"
    assert [row["segments"]["date"] for row in rows(base_url, DAILY + span, EUR)] == ["2025-01-03"]
    late = "WHERE segments.date BETWEEN '2025-01-04' AND '2025-01-09'"
    (total,) = rows(base_url, f"SELECT campaign.id, metrics.impressions FROM campaign {late}", EUR)
    assert total["metrics"] == {"impressions": "0"}, "an unsegmented report keeps the campaign"


def test_ad_groups_lack_performance_max(base_url: str) -> None:
    cost = {
        resource: sum(
            int(row["metrics"]["costMicros"]) for row in rows(base_url, f"SELECT metrics.cost_micros FROM {resource}")
        )
        for resource in ("customer", "campaign", "ad_group")
    }
    assert cost["customer"] == cost["campaign"] > cost["ad_group"] > 0
    (only,) = rows(base_url, "SELECT ad_group.id, campaign.id FROM ad_group")
    assert only["campaign"]["id"] == "1"


def test_filters_order_and_limit(base_url: str) -> None:
    paused = "SELECT campaign.name, campaign.status FROM campaign WHERE campaign.status IN ('PAUSED', 'REMOVED')"
    assert [row["campaign"]["name"] for row in rows(base_url, paused)] == ["Campaign 2"]
    enabled = "SELECT campaign.name FROM campaign WHERE campaign.status != 'PAUSED'"
    assert [row["campaign"]["name"] for row in rows(base_url, enabled)] == ["Campaign 1"]
    top = (
        "SELECT campaign.id, segments.date, metrics.impressions FROM campaign WHERE segments.date DURING LAST_7_DAYS "
        "AND campaign.id = 1 ORDER BY metrics.impressions DESC LIMIT 2"
    )
    assert [row["metrics"]["impressions"] for row in rows(base_url, top)] == ["18", "17"]


def test_utm_parameters_are_in_the_final_url_suffix(base_url: str) -> None:
    first, _ = rows(base_url, "SELECT campaign.final_url_suffix FROM campaign")
    assert "utm_campaign=utm-1" in first["campaign"]["finalUrlSuffix"]


@pytest.mark.parametrize("size", [1, 2, 10_000])
def test_batches_and_pages_of_any_size_hold_every_row_once(size: int) -> None:
    query = DAILY + "WHERE segments.date BETWEEN '2025-01-01' AND '2025-01-10'"
    with SandboxServer(AS_OF.date(), facts=facts(), page_cap=size) as sandbox:
        url = sandbox.base_urls["google_ads"]
        batches = post(url, query).json()
        assert all(len(batch["results"]) <= size for batch in batches)
        streamed = [row for batch in batches for row in batch["results"]]
        paged: list[dict[str, Any]] = []
        body, sent = {"query": query}, headers(url)
        while True:
            page = requests.post(f"{url}/v21/customers/{USD}/googleAds:search", json=body, headers=sent).json()
            paged += page["results"]
            if "nextPageToken" not in page:
                break
            body["pageToken"] = page["nextPageToken"]
    keys = [(row["campaign"]["id"], row["segments"]["date"]) for row in streamed]
    assert len(keys) == len(set(keys)) == 20
    assert paged == streamed


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT campaign.colour FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT campaign.id FROM galaxy", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
        ("SELECT ad_group.id FROM campaign", "PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE"),
        ("SELECT campaign.id FROM campaign ORDER BY campaign.name", "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE"),
        (DAILY, "EXPECTED_FILTERS_ON_DATE_RANGE"),
        (DAILY + "WHERE segments.date >= '2025-01-01'", "EXPECTED_FILTERS_ON_DATE_RANGE"),
        (DAILY + "WHERE segments.date = 'monday'", "BAD_VALUE"),
        ("give me everything", "UNEXPECTED_INPUT"),
    ],
)
def test_bad_queries_are_explained(base_url: str, query: str, code: str) -> None:
    response = post(base_url, query)
    assert response.status_code == 400
    (body,) = response.json()
    assert body["error"]["status"] == "INVALID_ARGUMENT"
    assert body["error"]["details"][0]["errors"][0]["errorCode"] == {"queryError": code}


def test_campaign_dates_changed_their_name_in_v23(base_url: str) -> None:
    statuses = {
        (version, field): requests.post(
            f"{base_url}/v{version}/customers/{USD}/googleAds:searchStream",
            json={"query": f"SELECT campaign.{field} FROM campaign"},
            headers=headers(base_url),
        ).status_code
        for version in (22, 23)
        for field in ("start_date", "start_date_time")
    }
    assert [key for key, status in statuses.items() if status == 200] == [(22, "start_date"), (23, "start_date_time")]


def test_foreign_and_malformed_accounts(base_url: str) -> None:
    query = "SELECT campaign.id FROM campaign"
    assert post(base_url, query, "9999999999").status_code == 403
    assert post(base_url, query, "100-000-0001").status_code == 400
    assert post(base_url, query, USD, **{"login-customer-id": EUR}).status_code == 403


def test_accessible_customers(base_url: str) -> None:
    answer = requests.get(f"{base_url}/v21/customers:listAccessibleCustomers", headers=headers(base_url)).json()
    assert f"customers/{USD}" in answer["resourceNames"]


def test_too_many_requests_exhaust_the_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(google_ads, "REQUESTS_PER_MINUTE", 2)
    with SandboxServer(AS_OF.date(), facts=facts(), window_scale=1) as sandbox:
        url = sandbox.base_urls["google_ads"]
        responses = [post(url, "SELECT campaign.id FROM campaign") for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert responses[2].json()[0]["error"]["status"] == "RESOURCE_EXHAUSTED"
