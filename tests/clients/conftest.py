"""What tests with the vendors' own clients share: a company served in small pages, and what our connectors made of it.

A client nobody here wrote that pages through the sandbox and sees exactly the ids of the raw tables vouches for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import BEFORE_ACQUISITIONS, simulate
from tests.ingestion.sources.conftest import Warehouse

AS_OF = date(2024, 9, 30)


class Redirected(HTTPAdapter):
    """Takes what a client sends to `vendor`, an address it will not be talked out of, to the sandbox, and back.

    Addresses in the answers are translated too, so that the client goes on to the next page as it would at the vendor.
    """

    def __init__(self, vendor: str, sandbox: str) -> None:
        super().__init__()
        self._vendor, self._sandbox = vendor, sandbox

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        assert request.url
        asked, request.url = request.url, request.url.replace(self._vendor, self._sandbox)
        answer = super().send(request, *args, **{**kwargs, "stream": False})
        answer._content = answer.content.replace(self._sandbox.encode(), self._vendor.encode())
        answer.url = request.url = asked
        return answer


@pytest.fixture(scope="session")
def sdk() -> Callable[[str], Any]:
    """Import a vendor's client; a skip that says what is missing where the group `clients` is not installed."""

    def imported(module: str) -> Any:
        try:
            return import_module(module)
        except ModuleNotFoundError as missing:
            pytest.skip(f"{missing.name} is not installed: it comes with the dependency group `clients` (`make setup`)")

    return imported


@pytest.fixture(scope="session")
def company() -> Facts:
    return simulate(AS_OF, scale=0.05, mix=BEFORE_ACQUISITIONS)


@pytest.fixture(scope="session")
def served(company: Facts) -> Iterator[SandboxServer]:
    """The company in pages of at most three records, so that every list has several."""
    with SandboxServer(AS_OF, facts=company, window_scale=0.001, page_cap=3) as server:
        yield server


@pytest.fixture(scope="session")
def raw(served: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Warehouse]:
    """What our connector for a source made of the same sandbox, loaded once."""

    @cache
    def loaded(source: str) -> Warehouse:
        warehouse = Warehouse(source, tmp_path_factory.mktemp(source))
        warehouse.load(served)
        return warehouse

    return loaded
