"""Reading Mailchimp: counted lists, members by change, and the reports of recent campaigns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import requests
from dlt.sources.helpers.rest_client.auth import HttpBasicAuth

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination
from ingestion.paginators import ReceivedOffsetPaginator
from ingestion.source import Page, StreamContext
from ingestion.sources.mailchimp.settings import Settings

Record = dict[str, Any]


class Reader:
    """One connection. Requests are made one after the other, so Mailchimp's ten connections are never reached."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        auth = HttpBasicAuth("revops", settings.api_key.get_secret_value())
        self.client = ApiClient(settings.name, settings.effective_base_url, auth, throttled=_is_bare_refusal)

    def path(self, *parts: str) -> str:
        return "/".join(("", self._settings.api_version, *parts))

    def listed(
        self, path: str, rows: str, params: dict[str, Any] | None = None, context: StreamContext | None = None
    ) -> Iterator[list[Record]]:
        """Every record of a list, compared with its `total_items`; the total is added to `context.vendor_total`."""
        paginator = ReceivedOffsetPaginator("offset", "count", self._settings.page_size, total_field="total_items")
        totals: list[int] = []
        query = {"exclude_fields": f"{rows}._links,_links", **(params or {})}
        yield from self.client.pages(
            path, rows, paginator, params=query, on_page=lambda body: totals.append(int(body["total_items"]))
        )
        # A list may shrink or grow while it is read: fewer rows than the smallest total seen is a loss for certain.
        if paginator.offset < min(totals):
            raise BrokenPagination(
                f"{self._settings.name}: {path} promised {min(totals)} records and gave {paginator.offset}",
                "This is a change or fault at the vendor: nothing was published. Try again, then report it.",
            )
        if context is not None:
            context.vendor_total = (context.vendor_total or 0) + totals[-1]

    def members(self, context: StreamContext) -> Iterator[Page]:
        """Members of every audience changed since its own newest change; a new audience is read from its beginning."""
        marks: dict[str, str] = dict(context.state.get("last_changed", {}))
        total = 0
        for list_id in self.ids("lists"):
            path = self.path("lists", list_id, "members")
            total += int(self.client.get(path, {"count": 1, "fields": "total_items"})["total_items"])
            newest = _moment(marks.get(list_id))
            params = {}
            if newest:
                since = newest - timedelta(minutes=self._settings.member_lag_minutes)
                params["since_last_changed"] = since.isoformat()
            for page in self.listed(path, "members", params):
                newest = _latest(newest, *(record.get("last_changed") for record in page))
                yield page
            if newest:
                marks[list_id] = newest.isoformat()
        context.state["last_changed"] = marks
        if self._settings.find_deleted_members:
            # Without looking for deletions the rows held exceed the vendor's count by design.
            context.vendor_total = total

    def reports(self, context: StreamContext, report: str, rows: str) -> Iterator[tuple[Record, list[Record]]]:
        """The pages of one report of every campaign sent lately, each with its campaign.

        "Lately" counts from the newest send or event seen, so a pause between runs loses nothing.
        """
        since = context.since(timedelta(days=self._settings.activity_days))
        params = {"status": "sent", "fields": "campaigns.id,campaigns.send_time,campaigns.emails_sent,total_items"}
        if since:
            params["since_send_time"] = since.replace(tzinfo=UTC).isoformat()
        newest: datetime | None = None
        for campaigns in self.listed(self.path("campaigns"), "campaigns", params):
            for campaign in campaigns:
                newest = _latest(newest, campaign.get("send_time"))
                if campaign.get("emails_sent") == 0:
                    continue
                for page in self.listed(self.path("reports", str(campaign["id"]), report), rows):
                    times = (event.get("timestamp") for item in page for event in item.get("activity") or [item])
                    newest = _latest(newest, *times)
                    yield campaign, page
        context.advance(newest)

    def ids(self, name: str) -> list[str]:
        """The ids of all lists or campaigns."""
        params = {"fields": f"{name}.id,total_items"}
        return [str(record["id"]) for page in self.listed(self.path(name), name, params) for record in page]

    def living(self, name: str) -> Iterator[pa.Table]:
        """The ids of all lists or campaigns, as a table."""
        yield pa.table({"id": pa.array(self.ids(name), pa.string())})

    def living_members(self) -> Iterator[pa.Table]:
        """The keys of all members of all lists, in pages."""
        for list_id in self.ids("lists"):
            path = self.path("lists", list_id, "members")
            for page in self.listed(path, "members", {"fields": "members.id,total_items"}):
                ids = [str(record["id"]) for record in page]
                yield pa.table({"list_id": [list_id] * len(ids), "id": ids})


def activity_records(item: Record) -> Iterator[Record]:
    """A recipient's events, each with a key that does not depend on the order in which Mailchimp lists them."""
    owner = {name: item.get(name) for name in ("campaign_id", "list_id", "email_id", "email_address")}
    repeats: Counter[str] = Counter()
    events = item.get("activity") or []
    for event in sorted(events, key=lambda event: [str(event.get(name)) for name in ("timestamp", "action", "url")]):
        key = f"{event.get('action')}:{event.get('timestamp')}"
        repeats[key] += 1
        yield {**owner, **event, "activity_key": f"{key}:{repeats[key]}"}


def _is_bare_refusal(response: requests.Response) -> bool:
    """Mailchimp's gateway throttles with a bare 403; the API's own refusals carry a problem+json body with a title."""
    if response.status_code != 403:
        return False
    try:
        body = response.json()
    except ValueError:
        return True
    return not (isinstance(body, dict) and body.get("title"))


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _latest(first: datetime | None, *values: Any) -> datetime | None:
    return max(filter(None, (first, *(_moment(value) for value in values))), default=None)
