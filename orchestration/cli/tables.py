"""How query results are shown on a terminal: DuckDB's own tables, fitted to its width."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

SHOWN_ROWS = 200
UNBOUNDED = 1000


def show(relation: duckdb.DuckDBPyRelation) -> None:
    """Print `relation` as a table: shortened to the terminal's width, or whole where the output goes elsewhere."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else UNBOUNDED
    relation.show(max_width=width, max_rows=SHOWN_ROWS)
