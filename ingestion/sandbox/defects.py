"""Faults planted on request, the same on every run: in the company's records, in the transport, in the bodies.

`Defects.parse(["duplicates", "outage:stripe"])` plants the first with every vendor and the second with Stripe only.

| name | what goes wrong |
|---|---|
| rate_limit_storm | every third request is refused with 429, with Retry-After and without (Mailchimp: a bare 403) |
| outage | the first two requests of every endpoint are answered 503 |
| duplicates | every page but the first begins with the last record of the page before |
| late_records | half of what happened in the last two days has not arrived yet |
| deleted_records | one record in ten was deleted or archived six hours ago |
| malformed_rows | three records in a hundred carry text where an amount or a time belongs |
| schema_drift | every record has a field nobody declared and lacks an optional one |
| error_in_200 | every seventh request is answered 200 with the vendor's error body |
| renamed_list | the list of records comes under a name that nobody knows |
| moving_records | the first requests are answered as of two weeks earlier: records come, change and go between pages |
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ingestion.sandbox.bodies import digest, drift, malform, record_list, rename_list
from ingestion.sandbox.facts import Facts

NAMES = (
    "rate_limit_storm",
    "outage",
    "duplicates",
    "late_records",
    "deleted_records",
    "malformed_rows",
    "schema_drift",
    "error_in_200",
    "renamed_list",
    "moving_records",
)
OUTAGE_ATTEMPTS = 2
MOVES_AFTER_REQUESTS = 5
MOVES_BY = timedelta(days=14)
LATE_WITHIN = timedelta(days=2)
DELETED_BEFORE = timedelta(hours=6)

DELETABLE: dict[str, tuple[str, ...]] = {
    "hubspot": ("companies", "people", "deals", "engagements"),
    "salesforce": ("deals", "engagements"),
    "dynamics": ("deals", "engagements"),
    "stripe": ("billing_customers",),
    "postgres_orders": ("orders",),
    "partnerstack": ("referrals",),
    "zendesk": ("tickets",),
    "intercom": ("tickets",),
}
"""Which lists of Facts each vendor can delete from."""

LATE: dict[str, tuple[str, ...]] = {
    "hubspot": ("engagements",),
    "salesforce": ("engagements",),
    "dynamics": ("engagements",),
    "stripe": ("credit_notes",),
    "google_ads": ("ad_days",),
    "mailchimp": ("email_activity",),
    "matomo": ("visits",),
    "partnerstack": ("rewards",),
    "zendesk": ("tickets",),
    "intercom": ("tickets",),
    "linkedin_ads": ("ad_days",),
}
"""Lists nothing else refers to, so that holding a record back leaves no reference dangling."""

_IDENTIFIER = re.compile(r"/(?!v\d+(?:/|$)|\d{4}-\d\d(?:/|$))[^/]*\d[^/]*")
"""A path segment with a digit in it that is not a version (`v3`, `2026-09`)."""

_OCCURRED = ("at", "started_at", "created_at", "earned_at", "day")
_CURSORS = {
    "after",
    "starting_after",
    "ending_before",
    "offset",
    "filter_offset",
    "cursor",
    "page[after]",
    "pageToken",
    "$skiptoken",
}

_ERRORS: dict[str, Any] = {
    "hubspot": {"status": "error", "message": "internal error", "correlationId": "0", "category": "INTERNAL_ERROR"},
    "salesforce": [{"message": "An unexpected error occurred.", "errorCode": "UNKNOWN_EXCEPTION"}],
    "dynamics": {"error": {"code": "0x80040216", "message": "An unexpected error occurred."}},
    "stripe": {"error": {"type": "api_error", "message": "An unknown error occurred"}},
    "google_ads": [{"error": {"code": 500, "message": "Internal error encountered.", "status": "INTERNAL"}}],
    "shopify": {"errors": [{"message": "Internal error", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]},
    "mailchimp": {"type": "about:blank", "title": "Internal Error", "status": 500, "detail": "An error occurred."},
    "matomo": {"result": "error", "message": "The database is not available."},
    "partnerstack": {"status": 500, "message": "Internal error", "data": None},
    "zendesk": {"error": "InternalError", "description": "Something went wrong."},
    "intercom": {"type": "error.list", "errors": [{"code": "server_error", "message": "Something went wrong"}]},
    "linkedin_ads": {"status": 500, "code": "INTERNAL_SERVER_ERROR", "message": "Internal Server Error"},
}


class Defects:
    """The planted faults, each for one vendor or (None) for all."""

    def __init__(self, planted: Iterable[tuple[str, str | None]] = ()) -> None:
        self._planted = frozenset(planted)

    @classmethod
    def parse(cls, names: Iterable[str]) -> Defects:
        """From `name` or `name:vendor`; raises ValueError for a name that is not one of `NAMES`."""
        planted = []
        for text in names:
            name, _, vendor = text.strip().partition(":")
            if name not in NAMES:
                raise ValueError(f"no defect is called {name!r}; there are {', '.join(NAMES)}")
            planted.append((name, vendor or None))
        return cls(planted)

    def has(self, name: str, vendor: str) -> bool:
        return (name, None) in self._planted or (name, vendor) in self._planted

    def plant(self, facts: Facts) -> Facts:
        """The company with records held back and deleted; `facts` itself when neither is asked for."""
        if not any(name in ("late_records", "deleted_records") for name, _ in self._planted):
            return facts
        altered = copy.copy(facts)
        for vendor, lists in LATE.items():
            if self.has("late_records", vendor):
                for name in lists:
                    setattr(altered, name, [record for record in getattr(altered, name) if not _is_late(record, facts)])
        for vendor, lists in DELETABLE.items():
            if self.has("deleted_records", vendor):
                for name in lists:
                    kept = enumerate(getattr(altered, name))
                    moment = facts.as_of - DELETED_BEFORE
                    setattr(altered, name, [_maybe_deleted(name, number, record, moment) for number, record in kept])
        return altered

    def moves(self) -> bool:
        """Whether some vendor's company moves on while it is read, so that an earlier one is needed too."""
        return any(name == "moving_records" for name, _ in self._planted)

    def around(self, vendor: str, app: ASGIApp, earlier: ASGIApp | None = None) -> ASGIApp:
        """`app` with the faults of transport and bodies planted for `vendor`; `app` itself if there are none.

        `earlier` serves the company of some time before; where records move, it answers the first requests.
        """
        planted = {name for name in NAMES if self.has(name, vendor)} - {"late_records", "deleted_records"}
        if "moving_records" in planted and earlier is not None:
            app = _Moving(earlier, app)
        return _Saboteur(vendor, app, planted) if planted - {"moving_records"} else app


def _is_late(record: Any, facts: Facts) -> bool:
    moment = next(getattr(record, name) for name in _OCCURRED if hasattr(record, name))
    if isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), UTC)
    return bool(moment > facts.as_of - LATE_WITHIN and digest("late", moment, repr(record)[:80]) % 2 == 0)


def _maybe_deleted(name: str, number: int, record: Any, moment: datetime) -> Any:
    """A deleted copy of one record in ten, the record itself otherwise."""
    born = getattr(record, "contact_created_at", None) or next(
        getattr(record, field)
        for field in ("created_at", "born_at", "at", "ordered_at", "registered_at")
        if hasattr(record, field)
    )
    deletion = "archived_at" if hasattr(record, "archived_at") else "deleted_at"
    if digest("deleted", name, number) % 10 or born >= moment or getattr(record, deletion) is not None:
        return record
    deleted = copy.copy(record)
    setattr(deleted, deletion, moment)
    deleted.updated_at = max(moment, record.updated_at or moment)
    return deleted


class _Moving:
    """ASGI middleware: one application answers the first requests, another the rest."""

    def __init__(self, earlier: ASGIApp, later: ASGIApp) -> None:
        self._earlier, self._later = earlier, later
        self._requests = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._requests += scope["type"] == "http"
        app = self._earlier if self._requests <= MOVES_AFTER_REQUESTS else self._later
        await app(scope, receive, send)


class _Saboteur:
    """ASGI middleware that refuses, fails or rewrites what one vendor's application answers."""

    def __init__(self, vendor: str, app: ASGIApp, planted: set[str]) -> None:
        self._vendor = vendor
        self._app = app
        self._planted = planted
        self._requests = 0
        self._attempts: Counter[str] = Counter()
        self._last_record: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        self._requests += 1
        path = f"{scope['method']} {scope['path']}"
        endpoint = _IDENTIFIER.sub("/*", path)
        self._attempts[endpoint] += 1
        if "outage" in self._planted and self._attempts[endpoint] <= OUTAGE_ATTEMPTS:
            await _answer(send, 503, {"message": "Service Unavailable"})
        elif "rate_limit_storm" in self._planted and self._requests % 3 == 0:
            headers = [(b"retry-after", b"0")] if self._requests % 2 else []
            if self._vendor == "mailchimp" and not headers:
                await _answer(send, 403, None)
            else:
                await _answer(send, 429, {"message": "Too Many Requests"}, headers)
        elif "error_in_200" in self._planted and self._requests % 7 == 0:
            await _answer(send, 200, _ERRORS.get(self._vendor, {"error": "internal error"}))
        else:
            await self._pass_on(scope, body, path, send)

    async def _pass_on(self, scope: Scope, body: bytes, path: str, send: Send) -> None:
        start: Message = {}
        content = bytearray()

        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                content.extend(message.get("body", b""))

        await self._app(scope, replay, collect)
        altered = bytes(content)
        kinds = [value.partition(b";")[0] for key, value in start["headers"] if key == b"content-type"]
        is_json = any(kind.endswith(b"json") for kind in kinds)
        if is_json and start["status"] < 300:
            altered = self._alter(altered, f"{path}?{scope['query_string'].decode()}", body)
        start["headers"] = [pair for pair in start["headers"] if pair[0] != b"content-length"]
        start["headers"].append((b"content-length", str(len(altered)).encode()))
        await send(start)
        await send({"type": "http.response.body", "body": altered})

    def _alter(self, content: bytes, address: str, request_body: bytes) -> bytes:
        decoded = json.loads(content)
        records = record_list(decoded)
        if not records:
            return content
        if "duplicates" in self._planted:
            listing, is_continued = _listing(address, request_body)
            repeated = self._last_record.get(listing) if is_continued else None
            self._last_record[listing] = copy.deepcopy(records[-1])
            if repeated is not None:
                records.insert(0, repeated)
        for record in records:
            if "malformed_rows" in self._planted:
                malform(record)
            if "schema_drift" in self._planted:
                drift(record)
        if "renamed_list" in self._planted:
            decoded = rename_list(decoded, records)
        return json.dumps(decoded, ensure_ascii=False).encode()


def _listing(address: str, request_body: bytes) -> tuple[str, bool]:
    """What is being listed, whatever the page, and whether this page continues an earlier one."""
    path, _, query = address.partition("?")
    asked = dict(parse_qsl(query, keep_blank_values=True))
    try:
        posted = json.loads(request_body) if request_body else {}
    except ValueError:
        posted = dict(parse_qsl(request_body.decode(errors="replace")))
    if isinstance(posted, dict):
        inner = posted.pop("pagination", None)
        posted.update(inner if isinstance(inner, dict) else {})
        asked.update({name: json.dumps(value) for name, value in posted.items()})
    is_continued = any(asked.get(name, "0") not in ("0", '"0"', '""', "") for name in _CURSORS)
    return (
        f"{path}?{urlencode(sorted((name, value) for name, value in asked.items() if name not in _CURSORS))}",
        is_continued,
    )


async def _read(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body.extend(message.get("body", b""))
        if not message.get("more_body"):
            return bytes(body)


async def _answer(send: Send, status: int, body: Any, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    content = json.dumps(body).encode() if body is not None else b""
    length = (b"content-length", str(len(content)).encode())
    start = [(b"content-type", b"application/json"), length, *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": content})
