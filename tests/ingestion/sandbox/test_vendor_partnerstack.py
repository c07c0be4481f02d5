"""PartnerStack as the sandbox serves it, over a company of five referrals written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests

from ingestion.sandbox.facts import Company, Deal, Facts, History, Partner, Person, Referral, Reward
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors import partnerstack

AS_OF = datetime(2025, 3, 31, 23, 59, 59, tzinfo=UTC)
START = datetime(2025, 1, 1, tzinfo=UTC)
AUTH = (partnerstack.CREDENTIALS["public_key"], partnerstack.CREDENTIALS["secret_key"])


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def referral(number: int, deal_id: int | None, status: str, archived: bool = False) -> Referral:
    history = History(day(number), "pending")
    history.set(day(number + 10), status)
    return Referral(
        number, f"ref_{number}", 1, 1, 1, deal_id, day(number), 12_345, "USD", history, day(number + 10),
        archived_at=day(number + 10) if archived else None,
    )  # fmt: skip


def facts() -> Facts:
    company = Company(
        1, "Acme", "acme.example", "US", "North America", "Retail", "smb", 10, "USD", START, History(START, 1),
        "partner", History(START, "lead"), START,
    )  # fmt: skip
    person = Person(
        1, 1, "Ann", "Lee", "ann@acme.example", "CEO", "", START, [], History(START, "lead"), History(START, 1), START
    )
    deal = Deal(
        77, "Acme", 1, [1], START, "newbusiness", History(START, "USD"), History(START, 12_345),
        History(START, "closedwon"), History(START, date(2025, 2, 1)), History(START, 1), START,
    )  # fmt: skip
    reward_status = History(day(20), "pending")
    reward_status.set(day(40), "paid")
    return Facts(
        seed=0,
        scale=0,
        starts_on=START.date(),
        as_of=AS_OF,
        companies=[company],
        people=[person],
        deals=[deal],
        partners=[
            Partner(1, "alpha", "Alpha Resell", "a@alpha.example", "reseller", day(0), day(0)),
            Partner(2, "beta", "Beta", "b@beta.example", "referral", day(1), day(30), left_at=day(30)),
        ],
        referrals=[
            referral(1, None, "approved"),
            referral(2, 77, "closed_won"),
            referral(3, None, "declined"),
            referral(4, 77, "closed_lost"),
            referral(5, None, "approved", archived=True),
        ],
        rewards=[Reward(1, "rew_1", 1, 2, 1_234, "USD", day(20), reward_status, day(40))],
    )


@pytest.fixture(scope="module")
def base_url() -> Iterator[str]:
    with SandboxServer(AS_OF.date(), facts=facts(), window_scale=0.01) as sandbox:
        yield sandbox.base_urls["partnerstack"] + "/api/v2"


def items(base_url: str, path: str, **params: Any) -> list[dict[str, Any]]:
    """Every item of a list, walked the documented way."""
    found: list[dict[str, Any]] = []
    while True:
        after = {"starting_after": found[-1]["key"]} if found else {}
        response = requests.get(f"{base_url}/{path}", params={**params, **after}, auth=AUTH)
        assert response.status_code == 200, response.text
        data = response.json()["data"]
        found += data["items"]
        if not data["has_more"]:
            return found


@pytest.mark.parametrize("auth", [None, (AUTH[0], "wrong"), ("wrong", AUTH[1])])
def test_wrong_keys_are_refused(base_url: str, auth: tuple[str, str] | None) -> None:
    response = requests.get(f"{base_url}/deals", auth=auth)
    assert response.status_code == 401
    assert response.json()["status"] == 401


@pytest.mark.parametrize("limit", [1, 2, 250])
def test_pages_of_any_size_hold_every_item_once(base_url: str, limit: int) -> None:
    keys = [item["key"] for item in items(base_url, "leads", limit=limit, include_archived="true")]
    assert keys == ["ref_5", "ref_4", "ref_3", "ref_2", "ref_1"]


def test_living_leads_and_deals_are_each_referral_once(base_url: str) -> None:
    leads = {item["key"] for item in items(base_url, "leads")}
    deals = {item["key"] for item in items(base_url, "deals")}
    assert leads == {"ref_1", "ref_3"}
    assert deals == {"ref_2", "ref_4"}


def test_a_lead_that_became_a_deal_is_an_archived_lead(base_url: str) -> None:
    leads = {item["key"]: item["archived"] for item in items(base_url, "leads", include_archived="true")}
    assert leads["ref_2"] and not leads["ref_1"]


def test_updated_filter_takes_milliseconds(base_url: str) -> None:
    since = day(13)
    updated = items(base_url, "deals", min_updated=int(since.timestamp() * 1000))
    assert [item["key"] for item in updated] == ["ref_4"]
    in_seconds = items(base_url, "deals", min_updated=int(since.timestamp()))
    assert len(in_seconds) == 2, "seconds are a moment in 1970"


def test_a_partner_who_left_is_an_archived_partnership(base_url: str) -> None:
    assert [item["partner_key"] for item in items(base_url, "partnerships")] == ["alpha"]
    everyone = items(base_url, "partnerships", include_archived="true", order_by="updated_at")
    assert [item["partner_key"] for item in everyone] == ["alpha", "beta"]


def test_amounts_are_cents_and_times_milliseconds(base_url: str) -> None:
    (reward,) = items(base_url, "rewards")
    assert (reward["amount"], reward["currency"], reward["reward_status"]) == (1_234, "USD", "paid")
    assert reward["created_at"] == int(day(20).timestamp() * 1000)
    assert reward["invoice"]["payment_date"] == int(day(40).timestamp() * 1000)
    assert reward["trigger"] == {"type": "deal", "key": "ref_2"}
    assert reward["partnership"]["key"] == "alpha"


def test_a_won_deal_makes_a_customer(base_url: str) -> None:
    (customer,) = items(base_url, "customers")
    assert (customer["email"], customer["partner_key"]) == ("ann@acme.example", "alpha")


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 251},
        {"min_updated": "yesterday"},
        {"order_by": "amount"},
        {"starting_after": "ref_none"},
        {"starting_after": "ref_2", "ending_before": "ref_2"},
    ],
)
def test_bad_parameters_are_named(base_url: str, params: dict[str, Any]) -> None:
    response = requests.get(f"{base_url}/deals", params=params, auth=AUTH)
    assert response.status_code == 400
    assert next(iter(params)) in response.json()["message"]


def test_the_page_before_a_key(base_url: str) -> None:
    data = requests.get(f"{base_url}/deals", params={"ending_before": "ref_2"}, auth=AUTH).json()["data"]
    assert ([item["key"] for item in data["items"]], data["has_more"]) == (["ref_4"], False)


def test_one_item_and_none(base_url: str) -> None:
    assert requests.get(f"{base_url}/deals/ref_2", auth=AUTH).json()["data"]["external_key"] == "77"
    assert requests.get(f"{base_url}/deals/ref_1", auth=AUTH).status_code == 404
    assert requests.get(f"{base_url}/nothing", auth=AUTH).json() == {"message": "Not found", "status": 404}


def test_too_many_requests_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partnerstack, "REQUESTS_PER_MINUTE", 3)
    with SandboxServer(AS_OF.date(), facts=facts(), window_scale=1) as sandbox:
        url = sandbox.base_urls["partnerstack"] + "/api/v2/deals"
        responses = [requests.get(url, auth=AUTH) for _ in range(4)]
    assert [response.status_code for response in responses] == [200, 200, 200, 429]
    assert responses[-1].json()["message"] == "Too many requests"
