"""What can be wrong with an export or its mapping, and how to say it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from ingestion.errors import IngestionError


class ExportRefused(IngestionError):
    """A file is missing, empty, suspiciously short or not what its settings say; nothing was loaded from it."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint for an unknown name, to be appended to a message: the nearest known one, or all of them."""
    names = list(known)
    by_folded = {known_name.casefold(): known_name for known_name in names}
    close = difflib.get_close_matches(word.casefold(), by_folded, n=1)
    return f"; did you mean `{by_folded[close[0]]}`?" if close else f"; known: {', '.join(sorted(names))}"
