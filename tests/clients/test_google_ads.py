"""Google's own client against the sandbox, as far as it speaks HTTP.

The client's calls are gRPC, which the sandbox does not serve. What is Google's here: the library that turns a refresh
token into an access token and sends requests with it, and the client's message types, which refuse a field, a number or
a value of an enumeration that the API does not have.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ingestion.sandbox.server import SandboxServer
from ingestion.sources.google_ads import CAMPAIGN_FIELDS, SPEND_FIELDS


@pytest.fixture(scope="module")
def search(sdk: Callable[[str], Any], served: SandboxServer) -> Iterator[Callable[[str, str], list[Any]]]:
    """(account, query) → rows, over every page, as the client's own `GoogleAdsRow`s."""
    access = served.overlay()["google_ads"]
    transport, oauth = sdk("google.auth.transport.requests"), sdk("google.oauth2.credentials")
    messages = sdk("google.ads.googleads.v24.services.types.google_ads_service")
    credentials = oauth.Credentials(
        None,
        refresh_token=access["refresh_token"],
        token_uri=f"{access['base_url']}/token",
        client_id=access["client_id"],
        client_secret=access["client_secret"],
    )
    headers = {"developer-token": access["developer_token"], "login-customer-id": access["login_customer_id"]}

    def rows(account: str, query: str) -> list[Any]:
        address = f"{access['base_url']}/v24/customers/{account}/googleAds:search"
        found: list[Any] = []
        token = ""
        while True:
            answer = session.post(address, json={"query": query, "pageToken": token}, headers=headers)
            page = messages.SearchGoogleAdsResponse.from_json(json.dumps(answer.json()), ignore_unknown_fields=False)
            found += page.results
            token = page.next_page_token
            if not token:
                return found

    with transport.AuthorizedSession(credentials) as session:
        yield rows


@pytest.fixture(scope="module")
def accounts(served: SandboxServer) -> list[str]:
    return served.overlay()["google_ads"]["customer_ids"].split(",")


def test_campaigns(search: Any, accounts: list[str], raw: Callable[[str], Any]) -> None:
    query = f"SELECT {', '.join(CAMPAIGN_FIELDS)} FROM campaign"
    seen = [
        (str(row.customer.id), str(row.campaign.id), row.campaign.status.name, row.campaign.name)
        for account in accounts
        for row in search(account, query)
    ]
    held = raw("google_ads").query("select customer_id, campaign_id, status, name from raw.campaigns order by all")
    assert sorted(seen) == held != []


def test_spend_to_the_micro(search: Any, accounts: list[str], raw: Callable[[str], Any]) -> None:
    query = f"SELECT {', '.join(SPEND_FIELDS)} FROM campaign WHERE segments.date BETWEEN '2024-09-01' AND '2024-09-30'"
    seen = [
        (str(row.campaign.id), row.segments.date, row.metrics.cost_micros, row.metrics.clicks)
        for account in accounts
        for row in search(account, query)
    ]
    held = raw("google_ads").query(
        "select campaign_id, date::varchar, cost_micros, clicks from raw.campaign_days where date >= '2024-09-01' "
        "order by all"
    )
    assert sorted(seen) == held and len(held) > 3
