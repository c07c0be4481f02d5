"""Opens what was published, without ever being in the way of a refresh."""

from __future__ import annotations

import duckdb

from orchestration.errors import WarehouseMissing
from orchestration.publish.versions import Version
from orchestration.semantics import SemanticLayer
from orchestration.settings import warehouse_home


def open_published() -> duckdb.DuckDBPyConnection:
    """A read-only connection to the version that is current now; it keeps that version however long it is open."""
    database = warehouse_home() / "serving" / "revops.duckdb"
    if not database.exists():
        raise WarehouseMissing(f"nothing has been published under {warehouse_home()}", "Run `revops refresh` first.")
    return duckdb.connect(str(database.resolve()), read_only=True)


def open_semantics() -> SemanticLayer:
    """MetricFlow over the version that is current now."""
    database = warehouse_home() / "serving" / "revops.duckdb"
    if not database.exists():
        raise WarehouseMissing(f"nothing has been published under {warehouse_home()}", "Run `revops refresh` first.")
    version = Version(database.resolve().parent)
    return SemanticLayer(version.semantics, version.serving)
