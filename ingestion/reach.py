"""What a credential that was accepted may read: each list is tried, and the right for one refused is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ingestion.errors import CredentialsRejected
from ingestion.source import Finding


@dataclass(frozen=True)
class Reading:
    """One list to try: what people call it, the right it needs, and a cheap request for one record of it."""

    what: str
    right: str
    attempt: Callable[[], object]


def refusals(
    setting: str, readings: Iterable[Reading], named_in: Callable[[Any], list[str]] = lambda answer: []
) -> Iterator[Finding]:
    """A finding for each list that is refused. `named_in` finds the rights that the vendor's answer asks for.

    Vendors that name several mean any one of them: ours stands if it is among them.
    """
    for reading in readings:
        try:
            reading.attempt()
        except CredentialsRejected as error:
            named = named_in(error.answer)
            right = reading.right if not named or reading.right in named else " or ".join(named)
            yield Finding(
                False,
                f"may not read {reading.what}: it lacks {right}",
                f"Grant {right} to the credential of sources.{setting}.",
            )
