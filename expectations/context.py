"""Great Expectations on DuckDB: one context, one read-only datasource, and the patch that makes them work together."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from great_expectations.data_context import AbstractDataContext
    from great_expectations.datasource.fluent import SQLDatasource

PATCHED_FOR = "1.24.1"
"""The Great Expectations release whose connection handling the patch below was written against."""


class _Dialect(StrEnum):
    DUCKDB = "duckdb"


def keep_duckdb_connections() -> None:
    """Make Great Expectations hold its DuckDB connection while it reads a result, as it does for SQLite.

    Without this every expectation ends in `list index out of range`: the connection goes back to SQLAlchemy's pool,
    which resets it, before the rows are fetched. Raises RuntimeError under a release it was not checked with.
    """
    import great_expectations
    from great_expectations.execution_engine import sqlalchemy_execution_engine as engine

    if great_expectations.__version__ != PATCHED_FOR:
        raise RuntimeError(
            f"expectations/context.py was checked with Great Expectations {PATCHED_FOR}, "
            f"not {great_expectations.__version__}: run tests/expectations and raise PATCHED_FOR"
        )
    if _Dialect.DUCKDB not in engine._PERSISTED_CONNECTION_DIALECTS:
        kept = engine._PERSISTED_CONNECTION_DIALECTS
        engine._PERSISTED_CONNECTION_DIALECTS = (*kept, _Dialect.DUCKDB)


@contextmanager
def auditing(database: Path, site: Path) -> Iterator[tuple[AbstractDataContext, SQLDatasource]]:
    """A context that writes its Data Docs to `site`, and a read-only datasource on `database`, free afterwards.

    The context lives in memory: one on disk rewrites its whole configuration for each table it is told of.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    keep_duckdb_connections()
    context: Any = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = {"globally": False}
    for name in list(context.get_site_names()):
        context.delete_data_docs_site(name)
    shutil.rmtree(site, ignore_errors=True)
    backend = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(site)}
    context.add_data_docs_site(
        "data_docs",
        {
            "class_name": "SiteBuilder",
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            "store_backend": backend,
        },
    )
    datasource = context.data_sources.add_or_update_sql(
        name="warehouse", connection_string=f"duckdb:///{database}?access_mode=read_only"
    )
    try:
        yield context, datasource
    finally:
        datasource.get_execution_engine().close()
        datasource.get_engine().dispose()
