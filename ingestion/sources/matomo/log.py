"""Reading the visits log: requests, pages, and the comparison with the daily reports."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, CredentialsRejected, VendorError
from ingestion.paginators import ReceivedOffsetPaginator
from ingestion.source import StreamContext
from ingestion.sources.matomo.settings import Settings

Visit = dict[str, Any]
_CREDENTIAL_WORDS = ("token", "access", "authenticate", "logged in", "permission")


class VisitsLog:
    """The visits of closed days, read once however many streams ask for them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = ApiClient(settings.name, settings.base_url, error_in_body=_error)
        self._shared: dict[date, list[Iterator[list[Visit]]]] = {}
        self._last_day: date | None = None

    def pages(self, context: StreamContext) -> Iterator[list[Visit]]:
        """Visits from `reread_days` before the last day seen. Streams of a run share the requests.

        The mark is a day that had visits, so a quiet site is asked for a few empty days again and loses none.
        """
        settings = self._settings
        mark = context.since(timedelta(days=settings.reread_days))
        first = max(settings.start_date, mark.date()) if mark else settings.start_date
        waiting = self._shared.get(first)
        if not waiting:
            # dlt reads streams alternately: tee keeps only the pages that the slower stream has not seen yet.
            waiting = self._shared[first] = list(itertools.tee(self._read(first, self._last_closed_day(context)), 2))
        yield from waiting.pop()
        if self._last_day:
            context.advance(datetime(self._last_day.year, self._last_day.month, self._last_day.day))

    def site_ids(self) -> tuple[str, ...]:
        """The configured sites, or every site that the token may view."""
        if self._settings.site_ids:
            return self._settings.site_ids
        found = self.call("SitesManager.getSitesIdWithAtLeastViewAccess")
        if not isinstance(found, list):
            raise BrokenPagination(
                f"{self._settings.name}: SitesManager.getSitesIdWithAtLeastViewAccess gave no list",
                f"Set sources.{self._settings.name}.site_ids.",
            )
        return tuple(str(item.get("idsite") if isinstance(item, dict) else item) for item in found)

    def call(self, method: str, **parameters: str) -> Any:
        """The decoded answer of one API method. Parameters go in the query, the token in the body."""
        with self._credentials():
            return self._client.post("/index.php", data=self._secret, params=_query(method, parameters))

    @property
    def _secret(self) -> dict[str, Any]:
        return {"token_auth": self._settings.token_auth.get_secret_value()}

    def _last_closed_day(self, context: StreamContext) -> date:
        now = context.started_at.replace(tzinfo=UTC).astimezone(ZoneInfo(self._settings.time_zone))
        return now.date() - timedelta(days=1)

    def _read(self, first: date, last: date) -> Iterator[list[Visit]]:
        for site in self.site_ids() if first <= last else ():
            seen: dict[str, set[str]] = defaultdict(set)
            day = first
            while day <= last:
                until = min(last, day + timedelta(days=self._settings.days_per_request - 1))
                for page in self._slice(site, day, until):
                    for visit in page:
                        seen[str(visit.get("serverDate"))].add(str(visit.get("idVisit")))
                    yield page
                day = until + timedelta(days=1)
            self._reconcile(site, seen, self._reported(site, first, last))
            days = [date.fromisoformat(name) for name in seen if _is_date(name)]
            self._last_day = max([*days, *([self._last_day] if self._last_day else [])], default=None)

    def _slice(self, site: str, first: date, last: date) -> Iterator[list[Visit]]:
        query = _query("Live.getLastVisitsDetails", {"idSite": site, "period": "range", "date": f"{first},{last}"})
        paginator = ReceivedOffsetPaginator("filter_offset", "filter_limit", self._settings.page_size)
        with self._credentials():
            yield from self._client.pages("/index.php", "$", paginator, method="POST", params=query, data=self._secret)

    def _reported(self, site: str, first: date, last: date) -> dict[str, int]:
        """Visits by day as Matomo's own reports count them."""
        answer = self.call("VisitsSummary.getVisits", idSite=site, period="day", date=f"{first},{last}")
        if isinstance(answer, dict) and set(answer) == {"value"}:
            answer = {str(first): answer["value"]}
        if not isinstance(answer, dict):
            raise BrokenPagination(
                f"{self._settings.name}: VisitsSummary.getVisits gave no counts by day",
                f"Check sources.{self._settings.name}.base_url: the vendor may have changed the shape of its answer.",
            )
        return {day: int(count) for day, count in answer.items() if str(count).isdigit()}

    def _reconcile(self, site: str, seen: dict[str, set[str]], reported: dict[str, int]) -> None:
        """Refuse a log that holds fewer visits than the report of the same day; more is a report not yet renewed."""
        for day, count in reported.items():
            if len(seen.get(day, ())) < count:
                raise BrokenPagination(
                    f"{self._settings.name}: site {site} reports {count} visits on {day}, its log gave "
                    f"{len(seen.get(day, ()))}",
                    f"Run again. If old visits were purged, set sources.{self._settings.name}.start_date after them.",
                )

    @contextmanager
    def _credentials(self) -> Iterator[None]:
        """Matomo refuses a token with HTTP 200 and a sentence: tell it from other errors."""
        try:
            yield
        except VendorError as error:
            if any(word in str(error).lower() for word in _CREDENTIAL_WORDS):
                raise CredentialsRejected(
                    f"{self._settings.name}: Matomo refused the token",
                    f"Check sources.{self._settings.name}.token_auth and that its user may view the sites.",
                ) from None
            raise


def action_records(visit: Visit) -> Iterator[dict[str, Any]]:
    """The visit's actions, each with the visit's id, its position and a key that stays the same as the visit grows."""
    repeats: Counter[str] = Counter()
    for position, action in enumerate(visit.get("actionDetails") or []):
        kind, moment = action.get("type"), action.get("timestamp")
        if kind == "action" and action.get("pageId"):
            key = f"page-{action['pageId']}"
        else:
            key = "-".join(str(part) for part in (kind, action.get("goalId") or action.get("pageId"), moment) if part)
        repeats[key] += 1
        yield {
            **action,
            "idVisit": visit.get("idVisit"),
            "siteCurrency": visit.get("siteCurrency"),
            "position": position,
            "action_key": key if repeats[key] == 1 else f"{key}-{repeats[key]}",
        }


def _query(method: str, parameters: dict[str, str]) -> dict[str, Any]:
    return {"module": "API", "method": method, "format": "JSON", **parameters}


def _error(body: Any) -> str | None:
    """Matomo says every error with HTTP 200 and `{"result": "error", "message": …}`."""
    if isinstance(body, dict) and body.get("result") == "error":
        return str(body.get("message", "no message"))[:200]
    return None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
