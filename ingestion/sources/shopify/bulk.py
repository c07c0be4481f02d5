"""Bulk operations: Shopify runs a whole query by itself and leaves its answer in a file, one record a line."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import requests
from dlt.sources.helpers.requests import Client

from ingestion.errors import CredentialsRejected, HostUnreachable, VendorError
from ingestion.sources.shopify.api import Record, ShopifyApi
from ingestion.sources.shopify.queries import POLL_BULK, RUN_BULK, Resource

LINES_A_PAGE = 1_000
PARENT = "__parentId"
"""What a line of a nested list carries: the id of the record it lies in."""
_POLL_SECONDS = (1.0, 2.0, 5.0, 10.0)
"""How long to wait between looks at a running operation, the last one from then on."""


class BulkReader:
    """Runs bulk operations of one shop. `setting` names the source; `sleep` waits for that many seconds."""

    def __init__(self, setting: str, api: ShopifyApi, sleep: Callable[[float], None] = time.sleep) -> None:
        self._setting, self._api, self._sleep = setting, api, sleep

    def read(self, resource: Resource, search: str = "") -> Iterator[tuple[list[Record], dict[str, Record]]]:
        """Pages of lines, in the file's order, each with all records at the top of the list by their ids.

        A line of a nested list has the id of its record under `PARENT`, and may come before it.
        """
        arguments = f"(query: {json.dumps(search)})" if search else ""
        operation = self._run(f"{{ {resource.field}{arguments} {{ edges {{ node {{ {resource.bulk} }} }} }} }}")
        if not operation.get("url"):
            if str(operation.get("objectCount")) not in ("0", "None"):
                raise self._api.broken("a completed bulk operation has no `url`")
            return
        with self._download(str(operation["url"])) as file:
            tops: dict[str, Record] = {}
            lines = 0
            for record in self._lines(file):
                lines += 1
                if PARENT not in record:
                    tops[str(record.get("id"))] = {name: record.get(name) for name in ("createdAt", "updatedAt")}
            if lines != int(operation.get("objectCount") or 0):
                raise self._api.broken(f"a bulk operation gave {lines} of {operation.get('objectCount')} records")
            page: list[Record] = []
            for record in self._lines(file):
                page.append(record)
                if len(page) == LINES_A_PAGE:
                    yield page, tops
                    page = []
            yield page, tops

    def _run(self, query: str) -> Record:
        """The operation once it is complete."""
        answer = self._api.query(RUN_BULK, {"query": query}).get("bulkOperationRunQuery") or {}
        if problems := answer.get("userErrors"):
            raise VendorError(
                f"{self._setting}: Shopify refuses a bulk operation: {str(problems[0].get('message'))[:200]}",
                f'If others are running, wait for them; or set sources.{self._setting}.bulk_from = "never".',
            )
        operation = answer.get("bulkOperation")
        if not isinstance(operation, dict) or "id" not in operation:
            raise self._api.broken("no bulk operation was begun")
        looks = 0
        while operation.get("status") in ("CREATED", "RUNNING", "CANCELING"):
            self._sleep(_POLL_SECONDS[min(looks, len(_POLL_SECONDS) - 1)])
            looks += 1
            operation = self._api.query(POLL_BULK, {"id": operation["id"]}).get("node") or {}
        if operation.get("status") == "COMPLETED":
            return operation
        message = f"{self._setting}: a bulk operation ended {operation.get('status')} ({operation.get('errorCode')})"
        if operation.get("errorCode") == "ACCESS_DENIED":
            raise CredentialsRejected(message, f"Grant the app of sources.{self._setting} the scopes in its README.")
        raise VendorError(message, f'Run again; if it persists, set sources.{self._setting}.bulk_from = "never".')

    @contextmanager
    def _download(self, url: str) -> Iterator[IO[bytes]]:
        """The file, on local disk. Its address is signed, so the token is not sent there."""
        session = Client(raise_for_status=False).session
        with tempfile.TemporaryFile() as file:
            try:
                with session.get(url, stream=True, timeout=60) as response:
                    if response.status_code >= 400:
                        raise HostUnreachable(
                            f"{self._setting}: the file of a bulk operation answered HTTP {response.status_code}",
                            "Run again: such files expire.",
                        )
                    for chunk in response.iter_content(1024 * 1024):
                        file.write(chunk)
            except requests.RequestException as error:
                raise HostUnreachable(
                    f"{self._setting}: the file of a bulk operation broke off ({type(error).__name__})", "Run again."
                ) from None
            yield file

    def _lines(self, file: IO[bytes]) -> Iterator[dict[str, Any]]:
        file.seek(0)
        for line in file:
            if line.strip():
                try:
                    record = json.loads(line)
                except ValueError:
                    raise self._api.broken("a line of a bulk operation's file is not JSON") from None
                yield record
