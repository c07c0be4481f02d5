"""A record as old as the newest that the last run saw, to the second, is not lost: without a lag, a run begins at its
mark and not after it.

Each vendor here holds two such records and shows the second only after the first run, as one that commits late does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ingestion.source import StreamContext
from ingestion.sources import partnerstack, stripe
from ingestion.sources.stripe.api import StripeApi
from ingestion.sources.stripe.changes import Mark, read_changes

Vendor = Callable[[Callable[[str, int], tuple[int, dict[str, str], Any]]], str]
SECOND = int(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp())


def asked(path: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}


def test_stripe(vendor: Vendor) -> None:
    events = [
        {"id": f"evt_{name}", "created": SECOND, "data": {"object": {"id": f"cus_{name}", "object": "customer"}}}
        for name in "ba"
    ]

    def answer(path: str, number: int) -> tuple[int, dict[str, str], Any]:
        query = asked(path)
        conditions = {
            "created[gte]": lambda event, value: event["created"] >= value,
            "created[gt]": lambda event, value: event["created"] > value,
            "created[lte]": lambda event, value: event["created"] <= value,
        }
        shown = [
            event
            for event in events
            if all(holds(event, int(query[name])) for name, holds in conditions.items() if name in query)
        ]
        return 200, {}, {"object": "list", "data": shown, "has_more": False, "url": "/v1/events"}

    settings = stripe.Settings(name="stripe", api_key="k", base_url=vendor(answer))  # type: ignore[arg-type]
    changes = read_changes(StripeApi(settings), Mark("evt_a", SECOND), lag_seconds=0)
    assert changes is not None and set(changes.of("customer")) == {"cus_a", "cus_b"}


def test_partnerstack(vendor: Vendor) -> None:
    record = {"key": "a", "partner_key": "p", "created_at": SECOND * 1000, "updated_at": SECOND * 1000}
    shown = [record]

    def answer(path: str, number: int) -> tuple[int, dict[str, str], Any]:
        least = int(asked(path).get("min_updated", 0))
        items = [item for item in shown if item["updated_at"] >= least]
        return 200, {}, {"status": 200, "data": {"items": items, "has_more": False}}

    settings = partnerstack.Settings(
        name="partnerstack",
        public_key="k",
        secret_key="s",  # type: ignore[arg-type]
        base_url=vendor(answer),
        lag_minutes=0,
    )
    context = StreamContext({}, started_at=datetime(2026, 11, 21))
    stream = partnerstack.streams(settings)[0]
    assert [item["key"] for page in stream.pages(context) for item in page] == ["a"]
    shown.append({**record, "key": "b"})
    assert [item["key"] for page in stream.pages(context) for item in page] == ["a", "b"]
