"""Finding the records inside any vendor's JSON body, and spoiling them."""

from __future__ import annotations

import hashlib
import re
from typing import Any

_MEASURED = re.compile(
    r"amount|price|total|cost|quantity|clicks|impressions|spend|duration|created|updated|modified|closed?_?date"
    r"|_at$|At$|timestamp|Timestamp|start|end$",
    re.IGNORECASE,
)
_CENTRAL = re.compile(
    r"(unit_)?amount(_paid|_due)?|total|cost|costMicros|quantity|clicks|hs_call_duration|visitDuration"
    r"|closedate|created?|createdate|hs_createdate|created_(at|on)|createdAt|updated_(at|on)|timestamp|hs_timestamp"
)
"""Fields that every reader uses: where a record has one, it is one of these that is spoilt."""
_NEEDED = re.compile(
    r"^id$|_id$|Id$|^key$|^handle$|metric$|category|currency|email|created|updated|modified|date|time|timestamp|object"
    r"|status|name|type|amount|total|_at$|At$"
)
_NUMBER_OR_TIME = re.compile(r"-?\d+(\.\d+)?|\d{4}-\d\d-\d\d.*")


def digest(*parts: object) -> int:
    """A number that depends on nothing but `parts`: unlike `hash`, the same in every process."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big")


def record_list(body: Any) -> list[dict[str, Any]]:
    """The list of records in `body`: the longest list of objects not inside another such list, or an empty one."""
    if isinstance(body, list):
        if body and all(isinstance(item, dict) for item in body):
            inner = max((record_list(item.get("results")) for item in body), key=len)
            return inner or body
        return []
    if isinstance(body, dict):
        return max((record_list(value) for value in body.values()), key=len, default=[])
    return []


def rename_list(body: Any, records: list[dict[str, Any]]) -> Any:
    """`body` with the list `records`, which is somewhere in it, under another name than the vendor's."""
    if body is records:
        return {"renamed": body}
    if isinstance(body, dict):
        return {
            "renamed" if value is records else name: value if value is records else rename_list(value, records)
            for name, value in body.items()
        }
    if isinstance(body, list):
        return [rename_list(value, records) for value in body]
    return body


def malform(record: dict[str, Any]) -> None:
    """Put text where a number or time belongs, in three records of a hundred, chosen by their key."""
    number = _number(record)
    if number % 100 >= 3:
        return
    holder = _fields(record)
    measured = [
        name
        for name, value in holder.items()
        if _MEASURED.search(name) and not name.lower().endswith("id") and _is_number_or_time(value)
    ]
    candidates = [name for name in measured if _CENTRAL.fullmatch(name)] or measured
    if candidates:
        holder[candidates[number // 100 % len(candidates)]] = "not-a-value"


def drift(record: dict[str, Any]) -> None:
    """Add a field that no schema declares and drop one that the record can do without, the same in every record."""
    holder = _fields(record)
    optional = sorted(
        name for name, value in holder.items() if not _NEEDED.search(name) and not isinstance(value, (dict, list))
    )
    if optional:
        del holder[optional[0]]
    holder["introduced_without_notice"] = "surprise"


def _fields(record: dict[str, Any]) -> dict[str, Any]:
    """Where a record keeps its fields: in HubSpot's `properties` or Google's `metrics`, else in itself."""
    return next((record[name] for name in ("properties", "metrics") if isinstance(record.get(name), dict)), record)


def _is_number_or_time(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_NUMBER_OR_TIME.fullmatch(value))
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number(record: dict[str, Any]) -> int:
    """A number that depends on the record's key alone (on the whole record where it has none)."""
    key = next((record[name] for name in ("id", "key", "idVisit", "email_id") if name in record), None)
    return digest(key if key is not None else record)
