"""One reading of a vendor's list that several tables are made from."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import Any


class SharedPages:
    """Pages read once from the vendor and handed to several streams, whichever comes first, spooled in between.

    dlt takes turns between streams, and may as well finish one first, so pages wait in a temporary file, not in memory.
    """

    def __init__(self, pages: Iterator[list[dict[str, Any]]]) -> None:
        self._pages = pages
        self._spool = tempfile.SpooledTemporaryFile(max_size=32 * 1024 * 1024)  # noqa: SIM115 (lives as long as this object)
        self._offsets: list[tuple[int, int]] = []
        self._end = 0

    def read(self) -> Iterator[list[dict[str, Any]]]:
        """All pages from the first."""
        position = 0
        while position < len(self._offsets) or self._pull():
            offset, length = self._offsets[position]
            self._spool.seek(offset)
            yield json.loads(self._spool.read(length))
            position += 1

    def drain(self) -> None:
        """Read whatever the vendor still has."""
        while self._pull():
            pass

    def _pull(self) -> bool:
        page = next(self._pages, None)
        if page is None:
            return False
        content = json.dumps(page, separators=(",", ":")).encode()
        self._spool.seek(self._end)
        self._spool.write(content)
        self._offsets.append((self._end, len(content)))
        self._end += len(content)
        return True
