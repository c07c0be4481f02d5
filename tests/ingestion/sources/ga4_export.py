"""Files as BigQuery exports the tables of a GA4 property."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

Record = dict[str, Any]

_TYPES = {
    "event_date": "VARCHAR",
    "event_timestamp": "BIGINT",
    "event_name": "VARCHAR",
    "event_params": "STRUCT(key VARCHAR, value STRUCT(string_value VARCHAR, int_value BIGINT, float_value DOUBLE, "
    "double_value DOUBLE))[]",
    "privacy_info": "STRUCT(analytics_storage VARCHAR, ads_storage VARCHAR)",
    "user_id": "VARCHAR",
    "user_pseudo_id": "VARCHAR",
    "device": "STRUCT(category VARCHAR, web_info STRUCT(browser VARCHAR, hostname VARCHAR))",
    "geo": "STRUCT(country VARCHAR)",
    "collected_traffic_source": "STRUCT(manual_source VARCHAR, manual_medium VARCHAR, manual_campaign_name VARCHAR, "
    "gclid VARCHAR)",
    "session_traffic_source_last_click": "STRUCT(manual_campaign STRUCT(source VARCHAR, medium VARCHAR, "
    "campaign_name VARCHAR))",
    "ecommerce": "STRUCT(purchase_revenue DOUBLE, transaction_id VARCHAR)",
    "batch_page_id": "BIGINT",
    "batch_ordering_id": "BIGINT",
    "batch_event_index": "BIGINT",
}


def event(
    at: str, name: str = "page_view", visitor: str | None = "11.22", session: int | None = 1, **given: Any
) -> Record:
    """An event as JSON Lines have it: whole numbers as text. Whatever is no field of the export is a parameter."""
    moment = datetime.fromisoformat(f"{at}+00:00")
    params: Record = {"ga_session_id": session, **{k: v for k, v in given.items() if k not in _TYPES}}
    return {
        "event_date": f"{moment:%Y%m%d}",
        "event_timestamp": str(int(moment.timestamp() * 1_000_000)),
        "event_name": name,
        "event_params": [{"key": key, "value": _value(value)} for key, value in params.items() if value is not None],
        "privacy_info": {"analytics_storage": "Yes", "ads_storage": "Yes"},
        "user_pseudo_id": visitor,
        "device": {"category": "mobile", "web_info": {"browser": "Chrome", "hostname": "www.shop.example"}},
        "geo": {"country": "Germany"},
        **{key: value for key, value in given.items() if key in _TYPES},
    }


def _value(value: Any) -> Record:
    if isinstance(value, int):
        return {"int_value": str(value)}
    return {"double_value": value} if isinstance(value, float) else {"string_value": value}


def write_lines(file: Path, events: list[Record]) -> Path:
    """JSON Lines, compressed where the name says so."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(one) + "\n" for one in events).encode()
    file.write_bytes(gzip.compress(text) if file.suffix == ".gz" else text)
    return file


def write_parquet(file: Path, events: list[Record], without: tuple[str, ...] = ()) -> Path:
    """Parquet, typed as BigQuery types it, `without` fields that came to the export later."""
    lines = write_lines(file.with_name("lines.json"), events)
    types = json.dumps({name: type_ for name, type_ in _TYPES.items() if name not in without})
    columns = types.replace('"', "'")
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * from read_json('{lines}', format = 'newline_delimited', columns = {columns})) "
            f"to '{file}' (format parquet)"
        )
    lines.unlink()
    return file


def three_days() -> dict[str, list[Record]]:
    """Eight events by day: a session over midnight, a click on an ad that ends in a lead, a visitor without consent,
    and two events that nothing tells apart."""
    last_click = {"manual_campaign": {"source": "google", "medium": "cpc", "campaign_name": "spring"}}
    collected = {"manual_source": "google", "manual_medium": "cpc", "gclid": "xyz"}
    start = "https://www.shop.example/start?utm_source=google#top"
    scroll = event("2026-03-02 09:00:10", "scroll", percent_scrolled=90, batch_event_index=2)
    return {
        "20260301": [
            event("2026-03-01 23:58:00", session=7, page_location="https://www.shop.example/late", page_title="Late"),
        ],
        "20260302": [
            event("2026-03-02 00:03:00", session=7, page_location="https://www.shop.example/later", page_title="Later"),
            event(
                "2026-03-02 09:00:00",
                page_location=start,
                page_title="Start",
                collected_traffic_source=collected,
                session_traffic_source_last_click=last_click,
            ),
            scroll,
            scroll,
            event(
                "2026-03-02 09:05:00",
                "generate_lead",
                value=12.5,
                currency="eur",
                user_id="Buyer@Firm.example",
                session_traffic_source_last_click=last_click,
            ),
        ],
        "20260303": [
            event(
                "2026-03-03 10:00:00",
                visitor=None,
                session=None,
                page_location="https://www.shop.example/",
                privacy_info={"analytics_storage": "No", "ads_storage": "No"},
            ),
            event("2026-03-03 10:01:00", "sign_up", visitor="11.23", user_id="secret", session=8,
                  privacy_info={"analytics_storage": "No", "ads_storage": "No"}),
        ],
    }  # fmt: skip
