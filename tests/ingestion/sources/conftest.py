"""What connector tests share: worlds by date, a warehouse that runs load into, and a vendor that answers as told."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.sandbox.facts import Facts
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import simulate
from ingestion.source import SourceReport, SourceSettings
from tests.ingestion.sources.shopify_records import modelled_shop

Rows = list[tuple[Any, ...]]
Answer = tuple[int, dict[str, str], Any]


class Asked(str):
    """What a request asked for: the path with its query; method, headers and body beside it."""

    method: str
    headers: dict[str, str]
    body: bytes


@cache
def _world_at(day: date, scale: float) -> Facts:
    return simulate(day, scale=scale)


@pytest.fixture(scope="session")
def world_at() -> Callable[..., Facts]:
    """The small company as of a day, made once and only read."""
    return lambda day, scale=0.05: _world_at(day, scale)


class Warehouse:
    """One database and dlt folder that any number of runs of one source go into."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.database = folder / "warehouse.duckdb"

    def settings(self, sandbox: SandboxServer, **changes: Any) -> SourceSettings:
        given = {**sandbox.overlay()[self.name], **changes}
        return REGISTRY[self.name].connector.Settings(name=self.name, **given)

    def load(self, sandbox: SandboxServer, started_at: datetime | None = None, **changes: Any) -> SourceReport:
        extra = {"started_at": started_at} if started_at else {}
        source = SourceLoad(
            REGISTRY[self.name], self.settings(sandbox, **changes), self.database, self.folder / "dlt", **extra
        )
        source.extract()
        return source.store()

    def copy_to(self, folder: Path) -> Warehouse:
        return Warehouse(self.name, Path(shutil.copytree(self.folder, folder)))

    def query(self, sql: str) -> Rows:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql.replace("raw.", f"raw_{self.name}.")).fetchall()

    def column(self, table: str, column: str) -> list[Any]:
        return sorted(value for (value,) in self.query(f"select {column} from raw.{table}"))

    def contents(self) -> dict[str, Rows]:
        """Every table's rows, but for when and in which load they came."""
        names = [table.name for table in REGISTRY[self.name].connector.tables(None)]
        return {
            name: self.query(f"select * exclude (_extracted_at, _dlt_load_id) from raw.{name} order by all")
            for name in names
        }


@pytest.fixture
def warehouse(tmp_path: Path) -> Callable[[str], Warehouse]:
    """An empty warehouse for a source."""
    counter = iter(range(100))
    return lambda name: Warehouse(name, _new_folder(tmp_path / f"{name}{next(counter)}"))


@pytest.fixture(scope="module")
def module_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Warehouse]:
    """A warehouse that the tests of a module share and only read."""
    return lambda name: Warehouse(name, tmp_path_factory.mktemp(name))


def _new_folder(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.fixture
def vendor() -> Iterator[Callable[[Callable[[Asked, int], Answer]], str]]:
    """Start an HTTP server that answers (what was asked, number of the request) as told; gives its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Callable[[Asked, int], Answer]) -> str:
        numbers = iter(range(10_000))

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = Asked(self.path)
                asked.method, asked.headers = self.command, dict(self.headers.items())
                asked.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, headers, body = answer(asked, next(numbers))
                raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content-Type": "application/json", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_POST = do_GET

            def log_message(self, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def closed_address() -> str:
    """An address on which nothing listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.server_close()
    return f"http://127.0.0.1:{server.server_port}"


MODELLED = ("google_ads", "mailchimp", "matomo", "partnerstack", "zendesk")
MODELLED_APART = {"shopify": modelled_shop}
"""Sources that something else than the sandbox serves here: what serves them and gives their settings."""
MODELLED_AS_OF = date(2024, 12, 31)
PROJECT = Path(__file__).parents[3] / "dbt_project"


@pytest.fixture(scope="session")
def modelled_world(world_at: Callable[..., Facts]) -> Facts:
    """What the vendors behind `canonical` serve."""
    return world_at(MODELLED_AS_OF, 0.1)


@pytest.fixture(scope="session")
def canonical(modelled_world: Facts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Rows]]:
    """Query the canonical tables that the vendors of one company fill: loaded, modelled and tested by dbt once."""
    folder = tmp_path_factory.mktemp("canonical")
    database = folder / "warehouse.duckdb"
    contributors: dict[str, list[str]] = {}
    with SandboxServer(MODELLED_AS_OF, facts=modelled_world, window_scale=0.001) as sandbox, ExitStack() as apart:
        given = {name: sandbox.overlay()[name] for name in MODELLED}
        given |= {name: apart.enter_context(serve(folder)) for name, serve in MODELLED_APART.items()}
        for name in given:
            spec = REGISTRY[name]
            for table in spec.provides:
                contributors.setdefault(table, []).append(name)
            settings = spec.connector.Settings(name=name, **given[name])
            load = SourceLoad(spec, settings, database, folder / "dlt")
            load.extract()
            load.store()
    options = {
        "--project-dir": str(PROJECT),
        "--profiles-dir": str(PROJECT),
        "--target-path": str(folder / "target"),
        "--log-path": str(folder / "logs"),
        "--vars": json.dumps({"contributors": contributors}),
    }
    # In a process of its own: dbt keeps its connection to the database until the process ends.
    command = [sys.executable, "-m", "dbt.cli.main", "build", "--quiet", "--indirect-selection", "cautious"]
    command += [*chain(*options.items()), "--select", *(f"staging.{name}" for name in given), *contributors]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "REVOPS_BUILD_DATABASE": str(database), "DO_NOT_TRACK": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with duckdb.connect(str(database), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()
