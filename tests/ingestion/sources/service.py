"""A vendor's server for tests: what it answers is decided by a function of the whole request, taken apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.ingestion.sources.answering import Answer as Answered
from tests.ingestion.sources.answering import Asked as RawAsked
from tests.ingestion.sources.answering import answering


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    raw_query: str
    headers: dict[str, str]
    """Names in lower case."""
    content: bytes

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.raw_query, keep_blank_values=True).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.content) if self.content else {}

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.content.decode()).items()}


@contextmanager
def serving(answer: Callable[[Asked], Answered]) -> Iterator[str]:
    """The address of a server on the loopback interface that answers as told."""

    def told(asked: RawAsked, number: int) -> Answered:
        parts = urlsplit(asked)
        headers = {name.lower(): value for name, value in asked.headers.items()}
        return answer(Asked(asked.method, parts.path, parts.query, headers, asked.body))

    with answering(told) as address:
        yield address
