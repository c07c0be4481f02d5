"""Ad accounts that answer as LinkedIn's reference says, and can be told to misbehave."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import unquote

from tests.ingestion.sources.service import Answered, Asked

TOKEN = "AQXfresh"
FORM = {"grant_type": "refresh_token", "client_id": "app", "client_secret": "app-secret", "refresh_token": "AQYold"}
SERVED = {"202608", "202609"}


def campaign(campaign_id: int, account_id: int = 501, **fields: Any) -> dict[str, Any]:
    return {
        "id": campaign_id,
        "name": f"Campaign {campaign_id}",
        "account": f"urn:li:sponsoredAccount:{account_id}",
        "campaignGroup": "urn:li:sponsoredCampaignGroup:77",
        "status": "ACTIVE",
        "type": "SPONSORED_UPDATES",
        "objectiveType": "LEAD_GENERATION",
        "runSchedule": {"start": 1_767_225_600_000},
        "changeAuditStamps": {"created": {"time": 1_767_225_600_000}, "lastModified": {"time": 1_767_225_600_000}},
        **fields,
    }


class Accounts:
    """Holds records; `answer` serves them. `meddle(asked, number)` sees each request first and may answer itself."""

    def __init__(self) -> None:
        self.accounts = [
            {"id": number, "name": f"Account {number}", "currency": currency, "status": "ACTIVE", "type": "BUSINESS"}
            for number, currency in ((501, "EUR"), (502, "USD"))
        ]
        self.groups = [{"id": 77, "name": "Seasons", "account": "urn:li:sponsoredAccount:501", "status": "ACTIVE"}]
        self.campaigns = [campaign(1), campaign(2, status="ARCHIVED"), campaign(3), campaign(4, account_id=502)]
        self.days: dict[tuple[int, date], dict[str, Any]] = {
            (number, date(2026, 1, day)): {"costInLocalCurrency": f"{number}.{day:02}", "impressions": 10, "clicks": 1}
            for number in (1, 3, 4)
            for day in range(1, 11)
        }
        self.tracking: dict[int, dict[str, Any]] = {1: {"dynamicValueParameters": {"utm_campaign": "CAMPAIGN_NAME"}}}
        self.asked: list[Asked] = []
        self.meddle: Callable[[Asked, int], Answered | None] = lambda asked, number: None
        self.alter: Callable[[Asked, Any], Any] = lambda asked, body: body
        self.address = ""

    def overlay(self) -> dict[str, dict[str, str]]:
        credentials = {name: value for name, value in FORM.items() if name != "grant_type"}
        return {"linkedin_ads": {"base_url": self.address, **credentials}}

    def answer(self, asked: Asked) -> Answered:
        self.asked.append(asked)
        if asked.path == "/oauth/v2/accessToken":
            if asked.form != FORM:
                return 400, {}, {"error": "invalid_request", "error_description": "The refresh token is invalid"}
            return 200, {}, {"access_token": TOKEN, "expires_in": 5_183_999}
        instead = self.meddle(asked, len(self.asked))
        if instead is not None:
            return instead
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "INVALID_ACCESS_TOKEN", "Invalid access token")
        if asked.headers.get("x-restli-protocol-version") != "2.0.0":
            return refusal(400, "BAD_REQUEST", "Unsupported protocol version")
        version = asked.headers.get("linkedin-version")
        if version not in SERVED:
            return refusal(426, "NONEXISTENT_VERSION", f"Requested version {version} is not active")
        status, headers, body = self._route(asked)
        return status, headers, self.alter(asked, body) if status == 200 else body

    def _route(self, asked: Asked) -> Answered:
        match asked.path.strip("/").split("/"):
            case ["rest", "adAccounts"]:
                return self._search(asked, self.accounts)
            case ["rest", "adAccounts", account_id, kind]:
                held = {"adCampaignGroups": self.groups, "adCampaigns": self.campaigns}[kind]
                urn = f"urn:li:sponsoredAccount:{account_id}"
                return self._search(asked, [row for row in held if row["account"] == urn])
            case ["rest", "adAnalytics"]:
                return self._report(asked)
            case ["rest", "adTrackingParameters", key]:
                found = re.fullmatch(r"\(adEntity:\(sponsoredCampaign:urn%3Ali%3AsponsoredCampaign%3A(\d+)\)\)", key)
                assert found, key
                held_by = self.tracking.get(int(found[1]))
                return (200, {}, held_by) if held_by else refusal(404, "NOT_FOUND", "No tracking parameters")
        return refusal(404, "RESOURCE_NOT_FOUND", "No virtual resource found")

    def _search(self, asked: Asked, rows: list[dict[str, Any]]) -> Answered:
        states = re.search(r"search=\(status:\(values:List\(([A-Z_,]+)\)\)\)", asked.raw_query)
        assert states and asked.query["q"] == "search", asked.raw_query
        found = [row for row in rows if row["status"] in states[1].split(",")]
        size, begin = int(asked.query["pageSize"]), int(asked.query.get("pageToken", "t0")[1:])
        more = begin + size < len(found)
        metadata = {"nextPageToken": f"t{begin + size}"} if more else {}
        return 200, {}, {"elements": found[begin : begin + size], "metadata": metadata}

    def _report(self, asked: Asked) -> Answered:
        day = r"\(year:(\d+),month:(\d+),day:(\d+)\)"
        window = re.search(rf"dateRange=\(start:{day},end:{day}\)", asked.raw_query)
        account = re.search(r"accounts=List\((urn%3Ali%3AsponsoredAccount%3A\d+)\)", asked.raw_query)
        assert window and account, asked.raw_query
        first, last = date(*map(int, window.groups()[:3])), date(*map(int, window.groups()[3:]))
        mine = {row["id"] for row in self.campaigns if row["account"] == unquote(account[1])}
        rows = [
            {
                **measures,
                "pivotValues": [f"urn:li:sponsoredCampaign:{number}"],
                "dateRange": {"start": _parts(day), "end": _parts(day)},
            }
            for (number, day), measures in self.days.items()
            if number in mine and first <= day <= last
        ]
        return 200, {}, {"elements": rows[:15_000], "paging": {"start": 0, "count": 10, "links": []}}


def refusal(status: int, code: str, message: str, **headers: str) -> Answered:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return status, given, {"status": status, "code": code, "message": message}


def _parts(day: date) -> dict[str, int]:
    return {"year": day.year, "month": day.month, "day": day.day}
