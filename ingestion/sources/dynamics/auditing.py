"""What is wanted of the audit log: all of deals, leads and processes, but of accounts and contacts only the owners."""

from __future__ import annotations

import json
import re
from typing import Any

from ingestion.sources.dynamics.settings import Settings

OWNED = ("account", "contact")
"""Tables of which only the owner is wanted: names and addresses of people, which the log has too, stay there."""
OWNER = "ownerid"
CREATE, DELETE = 1, 3
UNREADABLE = "unreadable"
"""In place of changes that are no JSON, for an expectation to report."""


def audited(settings: Settings) -> tuple[str, ...]:
    """The logical names of the tables whose changes are read from the audit log."""
    flows = (re.sub(r"(?<=ss)es$|s$", "", flow) for flow in settings.process_flows)
    return ("opportunity", "lead", *OWNED, *flows)


def wanted(page: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries to keep. Of an account or contact: its creation, its end and its owners, without any other value."""
    return [kept for entry in page if (kept := _kept(entry)) is not None]


def _kept(entry: dict[str, Any]) -> dict[str, Any] | None:
    if entry.get("objecttypecode") not in OWNED:
        return entry
    try:
        told = json.loads(entry.get("changedata") or "{}")
        owners = [change for change in told.get("changedAttributes") or [] if _column(change) == OWNER]
    except (AttributeError, TypeError, ValueError):
        return {**entry, "changedata": UNREADABLE}
    if not owners and entry.get("operation") not in (CREATE, DELETE):
        return None
    return {**entry, "changedata": json.dumps({"changedAttributes": owners})}


def _column(change: Any) -> str:
    return str(change.get("logicalName")).lower() if isinstance(change, dict) else ""
