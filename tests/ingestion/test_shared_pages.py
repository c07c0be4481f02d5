"""Pages shared between streams: read once, whoever comes first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingestion.shared_pages import SharedPages


def test_pages_are_requested_once_whoever_reads_first() -> None:
    requested: list[int] = []

    def pages() -> Iterator[list[dict[str, Any]]]:
        for number in range(4):
            requested.append(number)
            yield [{"id": f"{number}é"}]

    shared = SharedPages(pages())
    first, second = shared.read(), shared.read()
    turns = [next(first), next(second), next(second), next(first), *first, *second]

    assert turns == [[{"id": f"{n}é"}] for n in (0, 0, 1, 1, 2, 3, 2, 3)]
    assert requested == [0, 1, 2, 3]
