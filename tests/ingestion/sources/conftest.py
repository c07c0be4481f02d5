"""What connector tests share: worlds by date, a warehouse that runs load into, and a vendor that answers as told."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.sandbox.facts import Facts
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import BEFORE_ACQUISITIONS, simulate
from ingestion.source import SourceReport, SourceSettings
from orchestration import modeling
from orchestration.settings import load_settings
from tests.ingestion.sources.answering import Answer, Asked, answering

Rows = list[tuple[Any, ...]]
Query = Callable[[str], Rows]
Load = Callable[[str, dict[str, Any]], None]
"""Load (instance, settings) of the source whose models are tested into the database that dbt will build."""


def second(moment: datetime) -> datetime:
    """A moment of the world, in UTC, as systems that tell whole seconds give it to the warehouse."""
    return moment.replace(tzinfo=None, microsecond=0)


def assignments(facts: Facts, desk: str) -> Rows:
    """(conversation, when, agent's address) of each time a ticket of `desk` was given to somebody, in order."""
    agents = {owner.owner_id: owner.email.lower() for owner in facts.owners}
    return sorted(
        (f"{desk}:{ticket.ticket_id}", second(at), agents[agent])
        for ticket in facts.tickets
        for at, agent in ticket.assignee
        if agent is not None
    )


@cache
def _world_at(day: date, scale: float) -> Facts:
    return simulate(day, scale=scale, mix=BEFORE_ACQUISITIONS)


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
        return self.queries({"": sql})[""]

    def queries(self, sqls: dict[str, str]) -> dict[str, Rows]:
        """The rows of each, over one connection: to open one takes longer than most queries."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return {
                name: connection.execute(sql.replace("raw.", f"raw_{self.name}.")).fetchall()
                for name, sql in sqls.items()
            }

    def column(self, table: str, column: str) -> list[Any]:
        return sorted(value for (value,) in self.query(f"select {column} from raw.{table}"))

    def contents(self) -> dict[str, Rows]:
        """Every table's rows, but for when and in which load they came."""
        names = [table.name for table in REGISTRY[self.name].connector.tables(None)]
        return self.queries(
            {name: f"select * exclude (_extracted_at, _dlt_load_id) from raw.{name} order by all" for name in names}
        )


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
    with ExitStack() as serving:
        yield lambda answer: serving.enter_context(answering(answer))


@pytest.fixture(scope="session")
def closed_address() -> str:
    """An address on which nothing listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.server_close()
    return f"http://127.0.0.1:{server.server_port}"


MODELLED_AS_OF = date(2024, 12, 31)


@pytest.fixture(scope="session")
def modelled_world(world_at: Callable[..., Facts]) -> Facts:
    """What the vendors behind `canonical` serve, but to the sources that bring a world of their own."""
    return world_at(MODELLED_AS_OF, 0.1)


@pytest.fixture(scope="session")
def modelled(request: pytest.FixtureRequest, modelled_world: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One database for every `test_<source>_models.py` of this run: all loaded, then modelled and tested by dbt once.

    Such a module may define `fill(load)`, which loads what its tests need by `load(instance, settings)`, under names of
    instances that begin with the source's; otherwise the source is loaded once, from `modelled_world`.
    """
    folder = tmp_path_factory.mktemp("modelled")
    database = folder / "warehouse.duckdb"
    modules = _model_tests(request.session)
    instances: dict[str, str] = {}
    own_fields: dict[str, dict[str, list[str]]] = {}

    def loading(source: str) -> Load:
        def load(instance: str, settings: dict[str, Any]) -> None:
            instances[instance] = source
            if "custom_fields" in settings:
                own_fields[instance] = settings["custom_fields"]
            connector = REGISTRY[source].connector
            run = SourceLoad(REGISTRY[source], connector.Settings(name=instance, **settings), database, folder / "dlt")
            run.extract()
            run.store()

        return load

    with SandboxServer(MODELLED_AS_OF, facts=modelled_world, window_scale=0.001) as sandbox:
        for source, module in modules.items():
            if hasattr(module, "fill"):
                module.fill(loading(source))
            else:
                loading(source)(source, sandbox.overlay()[source])
    settings = folder / "revops.toml"
    sections = [f'[sources.{name}]\ntype = "{source}"\n' for name, source in instances.items()]
    for name, objects in own_fields.items():
        fields = "".join(f"{kind} = {json.dumps(names)}\n" for kind, names in objects.items())
        sections.append(f"[sources.{name}.custom_fields]\n{fields}")
    settings.write_text("".join(sections))
    tables = {table for source in modules for table in REGISTRY[source].provides}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVOPS_HOME", str(folder))
        selected = [*(f"staging.{source}" for source in modules), *tables]
        nodes = modeling.build(load_settings(settings), database, select=" ".join(selected))
    assert [(node.name, node.message) for node in nodes if not node.is_ok] == []
    with duckdb.connect(str(database)) as connection:
        for source in modules:
            connection.execute(f"create schema canonical_{source}")
            for table in REGISTRY[source].provides:
                connection.execute(
                    f"create view canonical_{source}.{table} as from canonical.{table} where source = '{source}'"
                )
    return database


def _model_tests(session: pytest.Session) -> dict[str, ModuleType]:
    """The collected modules `test_<source>_models.py`, by source."""
    found = {}
    for item in session.items:
        named = re.fullmatch(r"test_(\w+)_models\.py", item.path.name)
        if named and named[1] in REGISTRY and isinstance(item, pytest.Function):
            found[named[1]] = item.module
    return dict(sorted(found.items()))


@pytest.fixture(scope="module")
def canonical(modelled: Path, request: pytest.FixtureRequest) -> Iterator[Query]:
    """Query `canonical.…`: of each table, the rows that the source of this test module filled."""
    source = request.path.stem.removeprefix("test_").removesuffix("_models")
    with duckdb.connect(str(modelled), read_only=True) as connection:
        yield lambda sql: connection.execute(sql.replace("canonical.", f"canonical_{source}.")).fetchall()
