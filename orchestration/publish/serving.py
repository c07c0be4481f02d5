"""The database that readers open: marts, metrics and trust, copied out of the warehouse with their comments."""

from __future__ import annotations

from pathlib import Path

import duckdb

PUBLISHED_SCHEMAS = ("marts", "metrics", "trust")


def write_serving(warehouse: Path, serving: Path) -> int:
    """Copy the published schemas of `warehouse` into a new database `serving`; returns the number of tables."""
    serving.unlink(missing_ok=True)
    tables = 0
    with duckdb.connect(str(serving)) as connection:
        connection.execute(f"attach '{escaped(str(warehouse))}' as warehouse (read_only)")
        for schema in PUBLISHED_SCHEMAS:
            connection.execute(f'create schema if not exists "{schema}"')
            found = connection.execute(
                "select table_name, comment from duckdb_tables() "
                "where database_name = 'warehouse' and schema_name = ? order by table_name",
                [schema],
            ).fetchall()
            for table, comment in found:
                target = f'"{schema}"."{table}"'
                connection.execute(f"create table {target} as select * from warehouse.{target}")
                if comment:
                    connection.execute(f"comment on table {target} is '{escaped(comment)}'")
                tables += 1
            for table, column, comment in connection.execute(
                "select table_name, column_name, comment from duckdb_columns() "
                "where database_name = 'warehouse' and schema_name = ? and comment is not null",
                [schema],
            ).fetchall():
                connection.execute(f"""comment on column "{schema}"."{table}"."{column}" is '{escaped(comment)}'""")
        connection.execute("detach warehouse")
    return tables


def escaped(text: str) -> str:
    """`text` for the inside of an SQL string literal."""
    return text.replace("'", "''")
