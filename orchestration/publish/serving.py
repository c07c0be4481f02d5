"""The database that readers open: marts, metrics and trust, copied out of the warehouse with their comments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

PUBLISHED_SCHEMAS = ("marts", "metrics", "trust", "publications")


def write_serving(warehouse: Path, serving: Path) -> int:
    """Copy the published schemas of `warehouse` into a new database `serving`; returns the number of tables."""
    serving.unlink(missing_ok=True)
    tables = 0
    with duckdb.connect(str(serving)) as connection:
        connection.execute(f"attach '{escaped(str(warehouse))}' as warehouse (read_only)")
        connection.begin()
        for schema in PUBLISHED_SCHEMAS:
            connection.execute(f'create schema if not exists "{schema}"')
            found = connection.execute(
                "select table_name, comment from duckdb_tables() "
                "where database_name = 'warehouse' and schema_name = ? order by table_name",
                [schema],
            ).fetchall()
            columns: dict[str, dict[str, str]] = {table: {} for table, _ in found}
            for table, column, comment in connection.execute(
                "select table_name, column_name, comment from duckdb_columns() "
                "where database_name = 'warehouse' and schema_name = ? and comment is not null",
                [schema],
            ).fetchall():
                columns.get(table, {})[column] = comment
            for table, comment in found:
                connection.execute(f'create table "{schema}"."{table}" as select * from warehouse."{schema}"."{table}"')
                describe(connection, f"{schema}.{table}", comment or "", columns[table])
                tables += 1
        connection.commit()
        connection.execute("detach warehouse")
    return tables


def describe(connection: duckdb.DuckDBPyConnection, table: str, comment: str, columns: Mapping[str, str]) -> None:
    """Give `schema.table` and its `columns` the comments that catalogues and BI tools show."""
    target = ".".join(f'"{part}"' for part in table.split("."))
    if comment:
        connection.execute(f"comment on table {target} is '{escaped(comment)}'")
    for column, text in columns.items():
        connection.execute(f"""comment on column {target}."{column}" is '{escaped(text)}'""")


def escaped(text: str) -> str:
    """`text` for the inside of an SQL string literal."""
    return text.replace("'", "''")
