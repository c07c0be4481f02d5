"""Zendesk Support: tickets, users, comments, status changes, assignments, service clocks and ratings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from dlt.sources.helpers.rest_client.auth import HttpBasicAuth
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

from ingestion.client import ApiClient
from ingestion.errors import CredentialsRejected
from ingestion.source import Page, SourceSettings, Stream, StreamContext
from ingestion.sources.zendesk import tables as declared
from ingestion.sources.zendesk.exports import by_cursor, by_time
from ingestion.sources.zendesk.settings import Settings
from ingestion.tables import RawTable

__all__ = ["Settings", "check", "streams", "tables"]

LIST_PAGE = 100
_TEXT = {"body", "html_body", "plain_body", "description", "comment", "attachments"}
"""Where Zendesk puts what people wrote."""


def tables(settings: SourceSettings | None) -> tuple[RawTable, ...]:
    """The six raw tables, whatever the settings."""
    return declared.ALL


def streams(settings: SourceSettings) -> tuple[Stream, ...]:
    """Two exports by cursor, two by time, and two lists."""
    desk = cast(Settings, settings)
    client = _client(desk)

    def cleaned(pages: Iterator[Page]) -> Iterator[Page]:
        for page in pages:
            yield [_without_text(desk, record) for record in cast(list[dict[str, Any]], page)]

    return (
        Stream(declared.TICKETS, lambda context: cleaned(by_cursor(desk, client, context, "tickets"))),
        Stream(declared.USERS, lambda context: by_cursor(desk, client, context, "users")),
        Stream(declared.TICKET_EVENTS, lambda context: cleaned(_ticket_events(desk, client, context))),
        Stream(declared.METRIC_EVENTS, lambda context: by_time(desk, client, context, "ticket_metric_events")),
        Stream(declared.SATISFACTION_RATINGS, lambda context: cleaned(_ratings(desk, client, context))),
        Stream(declared.GROUPS, lambda context: _list(desk, client, "groups", {})),
    )


def check(settings: SourceSettings) -> str:
    """Ask who we are: an unknown token is answered as an anonymous end user, and only administrators may export."""
    desk = cast(Settings, settings)
    answer = _client(desk).get(f"/api/{desk.api_version}/users/me.json")
    role = (answer.get("user") or {}).get("role") if isinstance(answer, dict) else None
    if role != "admin":
        raise CredentialsRejected(
            f"{desk.name}: the token acts as {role or 'nobody'}, and incremental exports need an administrator",
            f"Check sources.{desk.name}.email and api_token.",
        )
    return "Zendesk: answers to an administrator"


def _client(settings: Settings) -> ApiClient:
    auth = HttpBasicAuth(f"{settings.email}/token", settings.api_token.get_secret_value())
    return ApiClient(settings.name, settings.base_url, auth, error_in_body=_error)


def _error(body: Any) -> str | None:
    """Zendesk's error shape, should it come under HTTP 200."""
    if isinstance(body, dict) and body.get("error"):
        error = body["error"]
        return str(error.get("title") if isinstance(error, dict) else error)[:200]
    return None


def _without_text(settings: Settings, record: dict[str, Any]) -> dict[str, Any]:
    """The record without what people wrote, one level of nesting included, unless the settings ask for it."""
    if settings.keep_message_text:
        return record
    return {
        name: {inner: kept for inner, kept in value.items() if inner not in _TEXT} if isinstance(value, dict) else value
        for name, value in record.items()
        if name not in _TEXT
    }


def _ticket_events(settings: Settings, client: ApiClient, context: StreamContext) -> Iterator[Page]:
    """Comments, status changes and assignments, the child events that the warehouse reads, with their parent's ids."""
    for page in by_time(settings, client, context, "ticket_events", include="comment_events"):
        yield [
            {
                **child,
                "ticket_id": event.get("ticket_id"),
                "updater_id": event.get("updater_id"),
                "created_at": child.get("created_at") or event.get("created_at"),
            }
            for event in page
            for child in event.get("child_events") or []
            if child.get("event_type") == "Comment" or child.get("status") or child.get("assignee_id")
        ]


def _ratings(settings: Settings, client: ApiClient, context: StreamContext) -> Iterator[Page]:
    since = context.since(timedelta(days=settings.rating_lookback_days))
    start = max(settings.first_second, int(since.replace(tzinfo=UTC).timestamp()) if since else 0)
    for page in _list(settings, client, "satisfaction_ratings", {"start_time": start} if start else {}):
        for record in cast(list[dict[str, Any]], page):
            context.advance(_moment(record.get("created_at")))
        yield page


def _list(settings: Settings, client: ApiClient, name: str, params: dict[str, Any]) -> Iterator[Page]:
    """A list by Zendesk's cursor pagination; without `page[size]` it would fall back to pages by number."""
    paginator = JSONResponseCursorPaginator(
        cursor_path="meta.after_cursor", cursor_param="page[after]", has_more_path="meta.has_more"
    )
    params = {**params, "page[size]": min(LIST_PAGE, settings.page_size)}
    yield from client.pages(f"/api/{settings.api_version}/{name}.json", name, paginator, params=params)


def _moment(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
