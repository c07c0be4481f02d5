"""Intercom's API: searches and lists that are counted, the scroll of companies, single conversations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import requests
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import BasePaginator

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, HostUnreachable, VendorError
from ingestion.sources.intercom.paging import CursorPaginator, NumberPaginator, unpaged
from ingestion.sources.intercom.settings import Settings, epoch

Record = dict[str, Any]

DELETED_PAGE = 60
SCROLL_ATTEMPTS = 3
"""A scroll that expired or broke cannot be continued, only begun again."""


class IntercomApi:
    """One connection to one workspace. Raises only `IngestionError`s."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # A scroll is refused while another is open; that one ends or expires within a minute.
        self._client = self._connect(throttled=_is_scroll_taken)
        # Once a scroll answers HTTP 500 it is broken for good.
        self._scroll_client = self._connect(retry_statuses=(429, 502, 503, 504))

    def _connect(self, **options: Any) -> ApiClient:
        return ApiClient(
            self._settings.name,
            self._settings.effective_base_url,
            BearerTokenAuth(self._settings.access_token.get_secret_value()),
            headers={"Intercom-Version": self._settings.api_version, "Accept": "application/json"},
            error_in_body=_error,
            reset_header="X-RateLimit-Reset",
            **options,
        )

    def me(self) -> Record:
        """The admin the token belongs to, with the workspace."""
        answer = self._client.get("/me")
        return answer if isinstance(answer, dict) else {}

    def changed(self, name: str, rows: str, since: datetime) -> Iterator[list[Record]]:
        """Contacts or conversations changed since a moment (naive UTC), oldest change first.

        One that changes while it is read moves to the end, where it comes again: nothing is passed over.
        """
        # `>` is documented as "greater (or equal)": a second less is right whichever it is.
        moment = max(0, epoch(since) - 1)
        query = {
            "query": {"field": "updated_at", "operator": ">", "value": moment},
            "sort": {"field": "updated_at", "order": "ascending"},
        }
        paginator = CursorPaginator(self._settings.name, "body", self._settings.page_size)
        yield from self._counted(f"/{name}/search", rows, paginator, method="POST", json=query)

    def contacts(self) -> Iterator[list[Record]]:
        """Every contact that is neither deleted, archived nor merged into another."""
        paginator = CursorPaginator(self._settings.name, "query", self._settings.page_size)
        yield from self._counted("/contacts", "data", paginator)

    def deleted_conversations(self) -> Iterator[list[Record]]:
        """The ids of all conversations ever deleted."""
        paginator = NumberPaginator(self._settings.name, min(DELETED_PAGE, self._settings.page_size))
        yield from self._counted("/conversations/deleted", "conversations", paginator, params={"order": "asc"})

    def whole(self, name: str) -> list[Record]:
        """A small list that comes in one answer: admins, teams."""
        return _rows(self._settings.name, f"/{name}", self._client.get(f"/{name}"), name)

    def conversation(self, conversation_id: str) -> Record | None:
        """One conversation with its parts; None where it was deleted since it was found."""
        try:
            answer = self._client.get(f"/conversations/{conversation_id}")
        except VendorError as error:
            if error.status == 404:
                return None
            raise
        return answer if isinstance(answer, dict) else {}

    def companies(self) -> Iterator[list[Record]]:
        """Every company that has contacts. A scroll that breaks is begun again, so a company may come twice."""
        for attempt in range(1, SCROLL_ATTEMPTS + 1):
            begun = False
            try:
                for page in self._scroll():
                    begun = True
                    yield page
                return
            except (HostUnreachable, VendorError):
                if not begun or attempt == SCROLL_ATTEMPTS:
                    raise

    def _scroll(self) -> Iterator[list[Record]]:
        """The cursor of a scroll may stay the same from page to page: what moves is what it gives."""
        path, params = "/companies/scroll", dict[str, str]()
        seen: set[Any] = set()
        while True:
            body = (self._scroll_client if params else self._client).get(path, params)
            page = _rows(self._settings.name, path, body, "data")
            if not page:
                return
            if not ({record.get("id") for record in page} - seen):
                raise BrokenPagination(
                    f"{self._settings.name}: {path} gave only companies it had given before",
                    "This is a change or fault at the vendor: nothing was published. Try again, then report it.",
                )
            seen.update(record.get("id") for record in page)
            if not body.get("scroll_param"):
                raise unpaged(self._settings.name, "scroll_param")
            params = {"scroll_param": body["scroll_param"]}
            yield page

    def _counted(self, path: str, rows: str, paginator: BasePaginator, **request: Any) -> Iterator[list[Record]]:
        """Every page of a list, whose distinct records are compared with its `total_count`."""
        totals: list[int] = []
        seen: set[Any] = set()

        def count(body: Any) -> None:
            total = body.get("total_count")
            if not isinstance(total, int):
                raise unpaged(self._settings.name, "total_count")
            totals.append(total)

        for page in self._client.pages(path, rows, paginator, on_page=count, **request):
            seen.update(record.get("id") for record in page)
            yield page
        # A list may shrink or grow while it is read: fewer records than the smallest total is a loss for certain.
        if len(seen) < min(totals):
            raise BrokenPagination(
                f"{self._settings.name}: {path} promised {min(totals)} records and gave {len(seen)}",
                "This is a change or fault at the vendor: nothing was published. Try again, then report it.",
            )


def _rows(setting: str, path: str, body: Any, name: str) -> list[Record]:
    found = body.get(name) if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise BrokenPagination(
            f"{setting}: the answer of {path} has no list at `{name}`",
            f"Check sources.{setting}.api_version: the vendor may have changed the shape of its answer.",
        )
    return found


def _error(body: Any) -> str | None:
    """Intercom's error shape, should it come under HTTP 200."""
    if isinstance(body, dict) and body.get("type") == "error.list":
        errors = body.get("errors") or [{}]
        return str(errors[0].get("message") or errors[0].get("code") or "unknown error")[:200]
    return None


def _is_scroll_taken(response: requests.Response) -> bool:
    """An app may have one scroll open: the answer is HTTP 400 until the other ends or expires."""
    return response.status_code == 400 and "scroll_exists" in response.text
