"""The scroll over companies: one at a time, forgotten after a minute, ended by an empty page."""

from __future__ import annotations

import threading
import time
import uuid

from ingestion.sandbox.vendors.intercom.common import Item, Refusal

MOST_A_PAGE = 100


class Scroll:
    """`seconds` is how long it waits for its next page."""

    def __init__(self, seconds: float, page_cap: int | None) -> None:
        self._seconds, self._size = seconds, min(MOST_A_PAGE, page_cap or MOST_A_PAGE)
        self._lock = threading.Lock()
        self._param: str | None = None
        self._position = 0
        self._used = 0.0

    def page(self, records: list[Item], param: str | None) -> Item:
        """The first page where no `param` is given, else the next of the scroll that has it."""
        with self._lock:
            is_open = self._param is not None and time.monotonic() - self._used < self._seconds
            if param is None:
                if is_open:
                    raise Refusal(400, "scroll_exists", "scroll already exists for this workspace")
                self._param, self._position = str(uuid.uuid4()), 0
            elif not is_open or param != self._param:
                raise Refusal(404, "not_found", "scroll parameter not found")
            shown = records[self._position : self._position + self._size]
            self._position += self._size
            self._used = time.monotonic()
            answer = {"type": "list", "data": shown, "pages": None, "total_count": None, "scroll_param": self._param}
            if not shown:
                self._param = None
            return answer
