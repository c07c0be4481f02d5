"""The dbt project with every source on, declared and empty, parsed once for all tests that look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingestion.registry import REGISTRY
from orchestration import modeling
from orchestration.refresh import Refresh
from orchestration.settings import load_settings

if TYPE_CHECKING:
    from tests.dbt.warehouse import Start, Warehouse

Invoke = Callable[..., list[Any]]
PROJECT = Path(__file__).parents[2] / "dbt_project"
ABOVE_STAGING = ("intermediate", "marts", "metrics")


@dataclass(frozen=True)
class Compiled:
    """One SQL model: `code` reads tables of the database `database`, as `written` with its macros."""

    database: str
    table: str
    code: str
    written: str


@pytest.fixture(scope="session")
def dbt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Invoke]:
    """Run a dbt command with its options over the whole project; gives dbt's results, node by node."""
    from dbt.cli.main import dbtRunner

    folder = tmp_path_factory.mktemp("dbt")
    sources = "".join(f"[sources.{name}]\n" for name in REGISTRY if name != "files")
    (folder / "revops.toml").write_text(f"[sandbox]\nenabled = true\n{sources}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVOPS_HOME", str(folder / "home"))
        config = load_settings(folder / "revops.toml")
        with Refresh(config) as refresh:
            database = refresh.candidate.warehouse
            manifest = modeling.parse(config, database)

            def invoke(command: str, *options: str) -> list[Any]:
                modeling.use_database(database)
                arguments = ["--quiet", command, *modeling.dbt_arguments(config), *options]
                outcome = dbtRunner(manifest=manifest).invoke(arguments)
                assert outcome.result is not None, outcome.exception
                return list(outcome.result.results)

            yield invoke


@pytest.fixture(scope="session")
def compiled_models(dbt: Invoke) -> dict[str, Compiled]:
    """Every SQL model above staging by name, compiled with every source on."""
    layers = [f"path:models/{layer}" for layer in ABOVE_STAGING]
    nodes = [item.node for item in dbt("compile", "--select", *layers)]
    return {
        node.name: Compiled(node.database, f"{node.schema}.{node.name}", node.compiled_code, node.raw_code)
        for node in nodes
        if node.resource_type.value == "model" and node.language == "sql"
    }


@pytest.fixture(scope="module")
def tables(compiled_models: dict[str, Compiled]) -> Warehouse:
    """Every table above staging, empty."""
    from tests.dbt.warehouse import Warehouse

    return Warehouse(compiled_models)


@pytest.fixture(scope="module")
def company(tables: Warehouse) -> Start:
    """The empty warehouse, from which each generated company is taken back."""

    @contextmanager
    def start() -> Iterator[Warehouse]:
        tables.connection.begin()
        try:
            yield tables
        finally:
            tables.connection.rollback()

    return start
