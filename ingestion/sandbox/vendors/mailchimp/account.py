"""One Mailchimp account: its audiences, campaigns and reports, rendered as the API does."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request

from ingestion.sandbox.facts import AudienceMember, EmailActivity, EmailCampaign, Facts
from ingestion.sandbox.vendors.mailchimp.problems import Problem

MAX_COUNT = 1000
DEFAULT_COUNT = 10

Item = dict[str, Any]


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def _since(request: Request, name: str) -> datetime | None:
    """The moment in query parameter `name`, or None. A "+" of an offset that arrived as a blank is forgiven."""
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+" if "T" in text else "T"))
    except ValueError:
        raise Problem(400, "Invalid Resource", "This value should be a valid ISO 8601 date and time.", name) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_between(moment: datetime, after: datetime | None, before: datetime | None) -> bool:
    moment = moment.replace(microsecond=0)
    return (after is None or moment > after) and (before is None or moment < before)


def subscriber_hash(email: str) -> str:
    """Mailchimp's id of an address: the MD5 of its lower-case form, in hex."""
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


class Account:
    """One Mailchimp account: the records of `facts` indexed for the endpoints."""

    def __init__(self, facts: Facts, page_cap: int | None) -> None:
        self._page_cap = page_cap
        self._lists = {list_id: (name, created_at) for list_id, name, created_at in facts.email_lists}
        self._members: dict[str, dict[str, AudienceMember]] = {list_id: {} for list_id in self._lists}
        for member in facts.audience_members:
            addresses = self._members[member.list_id]
            key = subscriber_hash(member.email)
            if key not in addresses or addresses[key].updated_at <= member.updated_at:
                addresses[key] = member
        self._campaigns = {campaign.campaign_id: campaign for campaign in facts.email_campaigns}
        self._activity: dict[str, dict[str, list[EmailActivity]]] = {id_: {} for id_ in self._campaigns}
        for event in facts.email_activity:
            self._activity[event.campaign_id].setdefault(subscriber_hash(event.email), []).append(event)

    def _page(self, request: Request, name: str, rows: list[Any], render: Callable[[Any], Item]) -> Item:
        numbers = {"count": DEFAULT_COUNT, "offset": 0}
        for parameter, default in numbers.items():
            text = request.query_params.get(parameter, str(default))
            if not text.isdecimal():
                raise Problem(400, "Invalid Resource", "This value should be of type integer.", parameter)
            numbers[parameter] = int(text)
        if numbers["count"] > MAX_COUNT:
            raise Problem(400, "Invalid Resource", f"This value should be {MAX_COUNT} or less.", "count")
        count, offset = min(numbers["count"], self._page_cap or MAX_COUNT), numbers["offset"]
        shown = [render(row) for row in rows[offset : offset + count]]
        return {name: shown, "total_items": len(rows), "_links": []}

    # Audiences

    def lists(self, request: Request) -> Item:
        return self._page(request, "lists", list(self._lists), self._render_list)

    def one_list(self, request: Request) -> Item:
        return self._render_list(self._known(request, "list_id", self._lists))

    def _render_list(self, list_id: str) -> Item:
        name, created_at = self._lists[list_id]
        statuses = [member.status.current for member in self._members[list_id].values()]
        return {
            "id": list_id,
            "web_id": int(subscriber_hash(list_id)[:6], 16),
            "name": name,
            "date_created": _time(created_at),
            "permission_reminder": "You asked to hear from us.",
            "visibility": "prv",
            "double_optin": False,
            "stats": {
                "member_count": statuses.count("subscribed"),
                "unsubscribe_count": statuses.count("unsubscribed"),
                "cleaned_count": statuses.count("cleaned"),
                "campaign_count": sum(campaign.list_id == list_id for campaign in self._campaigns.values()),
            },
        }

    def members(self, request: Request) -> Item:
        list_id = self._known(request, "list_id", self._lists)
        params = request.query_params
        after, before = _since(request, "since_last_changed"), _since(request, "before_last_changed")
        joined_after = _since(request, "since_timestamp_opt")
        rows = [
            member
            for member in self._members[list_id].values()
            if (params.get("status") in (None, member.status.current))
            and _is_between(member.updated_at, after, before)
            and _is_between(member.subscribed_at, joined_after, None)
        ]
        field = params.get("sort_field")
        if field == "last_changed":
            rows.sort(key=lambda member: member.updated_at)
        elif field in ("timestamp_opt", "timestamp_signup"):
            rows.sort(key=lambda member: member.subscribed_at)
        elif field is not None:
            raise Problem(400, "Invalid Resource", "This value is not a field to sort by.", "sort_field")
        if field and params.get("sort_dir", "ASC").upper() == "DESC":
            rows.reverse()
        return {**self._page(request, "members", rows, _render_member), "list_id": list_id}

    # Campaigns and reports

    def campaigns(self, request: Request) -> Item:
        params = request.query_params
        after, before = _since(request, "since_send_time"), _since(request, "before_send_time")
        rows = [
            campaign
            for campaign in self._campaigns.values()
            if _is_between(campaign.sent_at, after, before)
            and params.get("status") in (None, "sent")
            and params.get("list_id") in (None, campaign.list_id)
        ]
        if params.get("sort_field") in ("send_time", "create_time"):
            rows.sort(key=lambda campaign: campaign.sent_at, reverse=params.get("sort_dir", "ASC").upper() == "DESC")
        return self._page(request, "campaigns", rows, self._render_campaign)

    def _render_campaign(self, campaign: EmailCampaign) -> Item:
        totals = self._totals(campaign.campaign_id)
        return {
            "id": campaign.campaign_id,
            "web_id": int(subscriber_hash(campaign.campaign_id)[:6], 16),
            "type": "regular",
            "status": "sent",
            "create_time": _time(campaign.sent_at),
            "send_time": _time(campaign.sent_at),
            "emails_sent": totals["emails_sent"],
            "content_type": "template",
            "recipients": {
                "list_id": campaign.list_id,
                "list_is_active": True,
                "list_name": self._lists[campaign.list_id][0],
                "recipient_count": totals["emails_sent"],
            },
            "settings": {"subject_line": campaign.subject, "title": campaign.subject, "from_name": "Northwind"},
            "report_summary": {
                "opens": totals["opens"],
                "unique_opens": totals["unique_opens"],
                "clicks": totals["clicks"],
                "subscriber_clicks": totals["unique_clicks"],
            },
        }

    def _totals(self, campaign_id: str) -> dict[str, int]:
        recipients = self._activity[campaign_id].values()
        actions = [[event.action for event in events] for events in recipients]
        return {
            "emails_sent": len(actions),
            "opens": sum(names.count("open") for names in actions),
            "unique_opens": sum("open" in names for names in actions),
            "clicks": sum(names.count("click") for names in actions),
            "unique_clicks": sum("click" in names for names in actions),
            "bounces": sum("bounce" in names for names in actions),
            "unsubscribed": sum("unsub" in names for names in actions),
        }

    def report(self, request: Request) -> Item:
        campaign = self._campaigns[self._known(request, "campaign_id", self._campaigns)]
        totals = self._totals(campaign.campaign_id)
        hard = sum(
            self._bounce(campaign.list_id, key) == "hard"
            for key, events in self._activity[campaign.campaign_id].items()
            if any(event.action == "bounce" for event in events)
        )
        return {
            "id": campaign.campaign_id,
            "campaign_title": campaign.subject,
            "type": "regular",
            "list_id": campaign.list_id,
            "subject_line": campaign.subject,
            "send_time": _time(campaign.sent_at),
            "emails_sent": totals["emails_sent"],
            "unsubscribed": totals["unsubscribed"],
            "bounces": {"hard_bounces": hard, "soft_bounces": totals["bounces"] - hard, "syntax_errors": 0},
            "opens": {"opens_total": totals["opens"], "unique_opens": totals["unique_opens"]},
            "clicks": {"clicks_total": totals["clicks"], "unique_subscriber_clicks": totals["unique_clicks"]},
        }

    def email_activity(self, request: Request) -> Item:
        campaign = self._campaigns[self._known(request, "campaign_id", self._campaigns)]
        since = _since(request, "since")
        rows = []
        for key, events in self._activity[campaign.campaign_id].items():
            shown = [
                event
                for event in events
                if event.action in ("open", "click", "bounce") and _is_between(event.at, since, None)
            ]
            if shown or since is None:
                rows.append((key, events[0].email, shown))

        def render(row: tuple[str, str, list[EmailActivity]]) -> Item:
            key, email, shown = row
            return {
                "campaign_id": campaign.campaign_id,
                "list_id": campaign.list_id,
                "list_is_active": True,
                "email_id": key,
                "email_address": email,
                "activity": [self._render_activity(campaign.list_id, key, event) for event in shown],
                "_links": [],
            }

        return {**self._page(request, "emails", rows, render), "campaign_id": campaign.campaign_id}

    def _render_activity(self, list_id: str, key: str, event: EmailActivity) -> Item:
        shown: Item = {"action": event.action, "timestamp": _time(event.at)}
        if event.action == "bounce":
            return {**shown, "type": self._bounce(list_id, key)}
        if event.action == "click":
            shown["url"] = event.url
        return {**shown, "ip": "203.0.113.1"}

    def _bounce(self, list_id: str, key: str) -> str:
        member = self._members[list_id].get(key)
        return "hard" if member and member.status.current == "cleaned" else "soft"

    def sent_to(self, request: Request) -> Item:
        campaign = self._campaigns[self._known(request, "campaign_id", self._campaigns)]

        def render(row: tuple[str, list[EmailActivity]]) -> Item:
            key, events = row
            opens = [event.at for event in events if event.action == "open"]
            has_bounced = any(event.action == "bounce" for event in events)
            return {
                **self._recipient(campaign, key, events[0].email),
                "status": self._bounce(campaign.list_id, key) if has_bounced else "sent",
                "open_count": len(opens),
                "last_open": _time(max(opens)) if opens else "",
            }

        rows = list(self._activity[campaign.campaign_id].items())
        return {**self._page(request, "sent_to", rows, render), "campaign_id": campaign.campaign_id}

    def unsubscribed(self, request: Request) -> Item:
        campaign = self._campaigns[self._known(request, "campaign_id", self._campaigns)]
        rows = [
            (key, event)
            for key, events in self._activity[campaign.campaign_id].items()
            for event in events
            if event.action == "unsub"
        ]

        def render(row: tuple[str, EmailActivity]) -> Item:
            key, event = row
            return {
                **self._recipient(campaign, key, event.email),
                "timestamp": _time(event.at),
                "reason": "None given",
            }

        return {**self._page(request, "unsubscribes", rows, render), "campaign_id": campaign.campaign_id}

    def _recipient(self, campaign: EmailCampaign, key: str, email: str) -> Item:
        member = self._members[campaign.list_id].get(key)
        return {
            "email_id": key,
            "email_address": email,
            "merge_fields": {"FNAME": member.first_name, "LNAME": member.last_name} if member else {},
            "vip": False,
            "campaign_id": campaign.campaign_id,
            "list_id": campaign.list_id,
            "list_is_active": True,
        }

    def _known(self, request: Request, name: str, known: dict[str, Any]) -> str:
        value: str = request.path_params[name]
        if value not in known:
            raise Problem(404, "Resource Not Found", "The requested resource could not be found.")
        return value


def _render_member(member: AudienceMember) -> Item:
    key = subscriber_hash(member.email)
    return {
        "id": key,
        "email_address": member.email,
        "unique_email_id": key[:10],
        "contact_id": key,
        "full_name": f"{member.first_name} {member.last_name}".strip(),
        "web_id": int(key[:7], 16),
        "email_type": "html",
        "status": member.status.current,
        "merge_fields": {"FNAME": member.first_name, "LNAME": member.last_name},
        "timestamp_signup": "",
        "timestamp_opt": _time(member.subscribed_at),
        "member_rating": 2,
        "last_changed": _time(member.updated_at),
        "language": "",
        "vip": False,
        "list_id": member.list_id,
        "tags_count": 0,
        "tags": [],
    }
