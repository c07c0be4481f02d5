"""The company's website in Matomo: its visits by the time of their last action, and how a visit is shown."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ingestion.sandbox.facts import Facts, PageAction, Visit

SITE_ID = 1
DEFAULT_LIMIT = 100
PERIODS = ("day", "week", "month", "year", "range")

Item = dict[str, Any]
Params = dict[str, str]


class MatomoError(Exception):
    """An error to answer as Matomo does: in an HTTP 200."""


class Site:
    """The one website of the company, its visits ordered by last action."""

    def __init__(self, facts: Facts, page_cap: int | None) -> None:
        self._today = facts.as_of.astimezone(UTC).date()
        self._page_cap = page_cap
        self._visits = sorted(facts.visits, key=lambda visit: (_seconds(visit.ended_at), visit.visit_id))
        self._times = [_seconds(visit.ended_at) for visit in self._visits]
        self._starts_on = facts.starts_on
        self._nth: dict[int, int] = {}
        seen: dict[str, int] = {}
        for visit in sorted(facts.visits, key=lambda visit: (visit.started_at, visit.visit_id)):
            seen[visit.visitor_id] = self._nth[visit.visit_id] = seen.get(visit.visitor_id, 0) + 1
        self._goals = {
            action.goal_id: action.goal_name or f"Goal {action.goal_id}"
            for visit in facts.visits
            for action in visit.actions
            if action.goal_id is not None
        }

    def describe(self, site_id: int) -> Item:
        return {
            "idsite": str(site_id),
            "name": "Northwind",
            "main_url": "https://www.northwind.example",
            "ts_created": f"{self._starts_on} 00:00:00",
            "timezone": "UTC",
            "currency": "USD",
            "type": "website",
        }

    def goals(self, site_id: int) -> list[Item]:
        return [
            {
                "idsite": str(site_id),
                "idgoal": str(goal_id),
                "name": name,
                "description": "",
                "match_attribute": "manually",
                "pattern": "",
                "pattern_type": "",
                "case_sensitive": "0",
                "allow_multiple": "1",
                "revenue": "0",
                "deleted": "0",
                "event_value_as_revenue": "0",
            }
            for goal_id, name in sorted(self._goals.items())
        ]

    def count(self, site_id: int, params: Params) -> Item:
        """Visits of one period, or with `period=day` and two dates one number for each day."""
        for name in ("period", "date"):
            if not params.get(name):
                raise MatomoError(f"Please specify a value for '{name}'.")
        first, last = self._days(params)
        if params["period"] == "day" and "," in params["date"]:
            days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
            return {day.isoformat(): self._between(day, day)[1] - self._between(day, day)[0] for day in days}
        start, end = self._between(first, last)
        return {"value": end - start}

    def visits(self, site_id: int, params: Params) -> list[Item]:
        start, end = 0, len(self._visits)
        if params.get("period") and params.get("date"):
            start, end = self._between(*self._days(params))
        if minimum := _integer(params, "minTimestamp", 0):
            start = max(start, bisect_right(self._times, minimum))
        limit, offset = _integer(params, "filter_limit", DEFAULT_LIMIT), _integer(params, "filter_offset", 0)
        limit = len(self._visits) if limit < 0 else limit
        limit = min(limit, self._page_cap or limit)
        newest = max(start, end - max(0, offset))
        chosen = self._visits[max(start, newest - limit) : newest]
        return [self._render(visit) for visit in reversed(chosen)]

    def _between(self, first: date, last: date) -> tuple[int, int]:
        """Positions of the first visit of `first` and the one after the last visit of `last`."""
        opening = _seconds(datetime.combine(first, time(), UTC))
        closing = _seconds(datetime.combine(last + timedelta(days=1), time(), UTC))
        return bisect_left(self._times, opening), bisect_left(self._times, closing)

    def _days(self, params: Params) -> tuple[date, date]:
        period, text = params["period"], params["date"]
        if period not in PERIODS:
            raise MatomoError(
                f"The period '{period}' is not supported. Try any of the following instead: {', '.join(PERIODS)}"
            )
        if "," in text:
            first, last = (self._day(part) for part in text.split(",", 1))
            return first, last
        for word, newest in (("last", self._today), ("previous", self._today - timedelta(days=1))):
            if period == "range" and text.startswith(word) and text.removeprefix(word).isdecimal():
                return newest - timedelta(days=int(text.removeprefix(word)) - 1), newest
        day = self._day(text)
        match period:
            case "week":
                monday = day - timedelta(days=day.weekday())
                return monday, monday + timedelta(days=6)
            case "month":
                return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
            case "year":
                return date(day.year, 1, 1), date(day.year, 12, 31)
            case "range":
                raise MatomoError(
                    f"The date '{text}' is not a correct date range. It should have the following format: "
                    "'lastN' or 'previousN' or 'YYYY-MM-DD,YYYY-MM-DD'."
                )
        return day, day

    def _day(self, text: str) -> date:
        if text in ("today", "now"):
            return self._today
        if text == "yesterday":
            return self._today - timedelta(days=1)
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise MatomoError(
                f"Date format must be: YYYY-MM-DD, or 'today' or 'yesterday' or any keyword supported by the strtotime "
                f"function (see https://secure.php.net/strtotime for more information): {text}"
            ) from None

    def _render(self, visit: Visit) -> Item:
        first, last = _seconds(visit.started_at), _seconds(visit.ended_at)
        goals = [action for action in visit.actions if action.kind == "goal"]
        pages = len(visit.actions) - len(goals)
        nth = self._nth[visit.visit_id]
        return {
            "idSite": str(SITE_ID),
            "idVisit": str(visit.visit_id),
            "visitIp": "203.0.113.0",
            "visitorId": visit.visitor_id,
            "fingerprint": visit.visitor_id[::-1],
            "actionDetails": [self._render_action(visit, index) for index in range(len(visit.actions))],
            "goalConversions": len(goals),
            "siteCurrency": "USD",
            "siteName": "Northwind",
            "serverDate": visit.ended_at.astimezone(UTC).date().isoformat(),
            "visitServerHour": str(visit.ended_at.astimezone(UTC).hour),
            "serverTimestamp": last,
            "firstActionTimestamp": first,
            "lastActionTimestamp": last,
            "lastActionDateTime": visit.ended_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            "userId": visit.user_id,
            "visitorType": "new" if nth == 1 else "returning",
            "visitCount": str(nth),
            "visitConverted": "1" if goals else "0",
            "visitDuration": str(last - first),
            "visitDurationPretty": f"{(last - first) // 60} min {(last - first) % 60}s",
            "searches": "0",
            "actions": str(pages),
            "interactions": str(pages),
            "events": "0",
            "deviceType": visit.device_type,
            "browserName": visit.browser,
            "browser": visit.browser,
            "countryCode": visit.country.lower(),
            "country": visit.country,
            "referrerType": visit.referrer_type,
            "referrerTypeName": REFERRER_TITLES.get(visit.referrer_type, visit.referrer_type),
            # For a campaign, Matomo puts the campaign's name here.
            "referrerName": visit.campaign_name if visit.referrer_type == "campaign" else visit.referrer_name or "",
            "referrerKeyword": "",
            "referrerUrl": None,
            "campaignId": "",
            "campaignName": visit.campaign_name or "",
            "campaignSource": visit.campaign_source or "",
            "campaignMedium": visit.campaign_medium or "",
            "campaignKeyword": "",
            "campaignContent": "",
        }

    def _render_action(self, visit: Visit, index: int) -> Item:
        action: PageAction = visit.actions[index]
        shared = {"url": action.url, "timestamp": _seconds(action.at), "icon": None}
        if action.kind == "goal":
            return {
                "type": "goal",
                "goalName": action.goal_name,
                "goalId": action.goal_id,
                "goalPageId": str(visit.visit_id * 1000 + index),
                "revenue": 0,
                "title": "Goal",
                "subtitle": action.goal_name,
                **shared,
            }
        following = next((later.at for later in visit.actions[index + 1 :] if later.kind == "action"), None)
        earlier = sum(previous.kind == "action" for previous in visit.actions[:index])
        page: Item = {
            "type": "action",
            "pageTitle": action.title,
            "pageIdAction": str(sum(map(ord, action.url))),
            "idpageview": f"{(visit.visit_id * 1000 + index) % 16**6:06x}",
            "pageId": str(visit.visit_id * 1000 + index),
            "pageviewPosition": str(earlier + 1),
            "title": action.title,
            "subtitle": action.url,
            **shared,
        }
        if following is not None:
            page["timeSpent"] = str(_seconds(following) - _seconds(action.at))
        return page


REFERRER_TITLES = {
    "direct": "Direct Entry",
    "search": "Search Engines",
    "website": "Websites",
    "campaign": "Campaigns",
    "social": "Social Networks",
}


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _integer(params: Params, name: str, default: int) -> int:
    text = params.get(name)
    if not text:
        return default
    try:
        return int(text)
    except ValueError:
        raise MatomoError(f"The value of '{name}' is not a number.") from None
