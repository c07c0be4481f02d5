"""The events that a visit leaves in the export: its start, page views, conversions, and how long it lasted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from ingestion.sandbox.facts import PageAction, Visit

Event = dict[str, Any]

STREAM = "6001001001"
COUNTRIES = {
    "US": "United States", "CA": "Canada", "DE": "Germany", "FR": "France", "ES": "Spain", "NL": "Netherlands",
    "IE": "Ireland", "BG": "Bulgaria", "RS": "Serbia", "UA": "Ukraine", "GB": "United Kingdom", "JP": "Japan",
    "AU": "Australia", "SG": "Singapore", "IN": "India", "KR": "South Korea", "CH": "Switzerland", "PL": "Poland",
}  # fmt: skip
"""The export names countries and knows no code."""
GOAL_EVENTS = {4: "sign_up"}
"""The newsletter's form signs up; every other form of the site generates a lead, as Google recommends to name it."""
CATEGORIES = {"smartphone": "mobile"}
SYSTEMS = {"desktop": "Windows", "smartphone": "Android", "tablet": "iOS"}
SEARCH_HOSTS = {"Google": "google", "Bing": "bing", "DuckDuckGo": "duckduckgo"}
CHANNEL_GROUPS = {
    ("google", "cpc"): "Paid Search",
    ("mailchimp", "email"): "Email",
    ("linkedin", "paid_social"): "Paid Social",
}


@dataclass(frozen=True)
class Origin:
    """Where a visit came from, as GA4 names it, and the address it was referred by."""

    source: str
    medium: str
    campaign: str
    group: str
    referrer: str | None
    is_tagged: bool
    """Whether the address of the first page says so itself."""


def origin(visit: Visit) -> Origin:
    """The origin of a visit: its campaign parameters, else the referring site, else nothing ("direct")."""
    source, medium, campaign = visit.campaign_source, visit.campaign_medium, visit.campaign_name
    name = visit.referrer_name or ""
    if source:
        referrer = {"google": "https://www.google.com/", "linkedin": "https://www.linkedin.com/"}.get(source)
        group = CHANNEL_GROUPS.get((source, medium or ""), "Affiliates" if medium == "affiliate" else "Unassigned")
        return Origin(source, medium or "(not set)", campaign or "(not set)", group, referrer, True)
    if visit.referrer_type == "search":
        host = SEARCH_HOSTS.get(name, name.lower())
        return Origin(host, "organic", "(organic)", "Organic Search", f"https://www.{host}.com/", False)
    if visit.referrer_type == "social":
        host = f"{name.lower()}.com"
        group = "Organic Video" if host == "youtube.com" else "Organic Social"
        return Origin(host, "referral", "(referral)", group, f"https://www.{host}/", False)
    if visit.referrer_type == "website":
        return Origin(name, "referral", "(referral)", "Referral", f"https://{name}/", False)
    return Origin("(direct)", "(none)", "(direct)", "Direct", None, False)


class Devices:
    """What a browser's cookie remembers: its first visit, and how many visits there were before one.

    Visits whose events arrived days late do not count for others, so that a late visit changes its own day only.
    """

    def __init__(self, visits: list[Visit]) -> None:
        on_time: dict[str, list[Visit]] = defaultdict(list)
        late: dict[str, list[Visit]] = defaultdict(list)
        for visit in sorted(visits, key=lambda visit: visit.started_at):
            (late if visit.received_at else on_time)[visit.visitor_id].append(visit)
        self._known = {visitor: on_time.get(visitor) or late[visitor] for visitor in {*on_time, *late}}

    def first(self, visit: Visit) -> Visit:
        return self._known[visit.visitor_id][0]

    def number(self, visit: Visit) -> int:
        """`ga_session_number`."""
        return 1 + sum(known.started_at < visit.started_at for known in self._known[visit.visitor_id])


def events(visit: Visit, devices: Devices, is_intraday: bool) -> Iterator[Event]:
    """The visit's events in order. An intraday table does not have what Google works out overnight."""
    came, first = origin(visit), devices.first(visit)
    session = [
        _param("ga_session_id", visit.ga_session_id),
        _param("ga_session_number", devices.number(visit)),
        _param("session_engaged", "1" if (visit.ended_at - visit.started_at).total_seconds() >= 10 else "0"),
    ]
    common = _common(visit, first, None if is_intraday else came, None if is_intraday else origin(first))
    collected = _collected(came) if came.is_tagged else None
    previous: int | None = None
    for index, (name, at, own, is_first) in enumerate(_happenings(visit, came, first is visit)):
        moment = _micros(at)
        yield {
            **common,
            "event_date": f"{at.astimezone(UTC):%Y%m%d}",
            "event_timestamp": moment,
            "event_previous_timestamp": previous,
            "event_name": name,
            "event_params": [*session, *own],
            "event_bundle_sequence_id": visit.visit_id,
            "event_server_timestamp_offset": 0,
            "batch_event_index": index,
            "batch_page_id": _micros(visit.started_at) // 1000,
            "batch_ordering_id": index + 1,
            "collected_traffic_source": collected if is_first else None,
        }
        previous = moment


def _happenings(visit: Visit, came: Origin, is_first_visit: bool) -> Iterator[tuple[str, datetime, list[Any], bool]]:
    """Name, time, own parameters, and whether it belongs to the first page, whose address tells the origin."""
    first, *_ = visit.actions
    landing = [*_page(first, _tagged(first.url, came), came.referrer), *_campaign(came)]
    if is_first_visit:
        yield "first_visit", first.at, landing, True
    yield "session_start", first.at, landing, True
    referrer = came.referrer
    for number, action in enumerate(visit.actions):
        address = _tagged(action.url, came) if number == 0 else action.url
        own = _page(action, address, referrer)
        if action.kind == "goal":
            name = GOAL_EVENTS.get(action.goal_id or 0, "generate_lead")
            yield name, action.at, [*own, _param("lead_source", action.goal_name)], False
            continue
        if number == 0:
            own += [_param("entrances", 1), *_campaign(came)]
        yield "page_view", action.at, own, number == 0
        referrer = address
    lasted = int((visit.ended_at - visit.started_at).total_seconds() * 1000)
    if lasted:
        last = visit.actions[-1]
        yield "user_engagement", visit.ended_at, [*_page(last, last.url, referrer),
                                                  _param("engagement_time_msec", lasted)], False  # fmt: skip


def _page(action: PageAction, address: str, referrer: str | None) -> list[Any]:
    own = [_param("page_location", address), _param("page_title", action.title)]
    return [*own, _param("page_referrer", referrer)] if referrer else own


def _campaign(came: Origin) -> list[Any]:
    if not came.is_tagged:
        return []
    return [_param("source", came.source), _param("medium", came.medium), _param("campaign", came.campaign)]


def _tagged(url: str, came: Origin) -> str:
    if not came.is_tagged:
        return url
    return f"{url}?" + urlencode({"utm_source": came.source, "utm_medium": came.medium, "utm_campaign": came.campaign})


def _common(visit: Visit, first: Visit, came: Origin | None, first_came: Origin | None) -> Event:
    hostname = urlsplit(visit.actions[0].url).hostname
    browser = {"Microsoft Edge": "Edge"}.get(visit.browser, visit.browser)
    return {
        "user_id": visit.user_id,
        "user_pseudo_id": visit.user_pseudo_id,
        "privacy_info": {"analytics_storage": "Yes", "ads_storage": "Yes", "uses_transient_token": "No"},
        "user_properties": [],
        "user_first_touch_timestamp": _micros(first.started_at),
        "device": {
            "category": CATEGORIES.get(visit.device_type, visit.device_type),
            "operating_system": SYSTEMS[visit.device_type],
            "language": "en-us",
            "is_limited_ad_tracking": "No",
            "web_info": {"browser": browser, "hostname": hostname},
        },
        "geo": {"country": COUNTRIES.get(visit.country, visit.country)},
        "traffic_source": first_came
        and {"name": first_came.campaign, "medium": first_came.medium, "source": first_came.source},
        "stream_id": STREAM,
        "platform": "WEB",
        "event_dimensions": {"hostname": hostname},
        "items": [],
        "is_active_user": True,
        "session_traffic_source_last_click": came
        and {
            "manual_campaign": {"campaign_name": came.campaign, "source": came.source, "medium": came.medium},
            "cross_channel_campaign": {
                "campaign_name": came.campaign,
                "source": came.source,
                "medium": came.medium,
                "default_channel_group": came.group,
                "primary_channel_group": came.group,
            },
        },
    }


def _collected(came: Origin) -> Event:
    return {
        "manual_campaign_name": came.campaign,
        "manual_source": came.source,
        "manual_medium": came.medium,
    }


def _param(key: str, value: Any) -> Event:
    return {"key": key, "value": {"int_value" if isinstance(value, int) else "string_value": value}}


def _micros(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond
