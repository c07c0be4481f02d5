"""One run's view of a PostgreSQL database: a single snapshot over all tables, streamed as CSV and parsed by Arrow.

`COPY … TO STDOUT` needs nothing but SELECT, and no row on its way becomes a Python object.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pyarrow as pa
import pyarrow.csv
from psycopg import sql

from ingestion.errors import CredentialsRejected, HostUnreachable, IngestionError, VendorError
from ingestion.sources.postgres_orders.settings import Settings
from ingestion.tables import Column

Query = sql.SQL | sql.Composed

_SESSION = (
    # What a role or database may have set otherwise: how times and texts are written, and a zone that skips an hour.
    "set local time zone 'UTC'",
    "set local datestyle = 'ISO, YMD'",
    "set local client_encoding = 'UTF8'",
)
_REFUSED = ("28000", "28P01", "42501")


class Database:
    """Connections of one run that all see the database as it was at the first query. Raises `IngestionError`s."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._snapshot: str | None = None
        self._holder: psycopg.Connection | None = None

    @contextmanager
    def session(self) -> Iterator[psycopg.Connection]:
        """A connection inside a read-only transaction on the run's snapshot."""
        with self._explained():
            connection = self._connect()
            try:
                if self._snapshot is None:
                    # The connection that exported the snapshot must stay open as long as others import it.
                    self._holder, exporting = connection, connection
                    row = exporting.execute("select pg_export_snapshot()").fetchone()
                    assert row is not None
                    self._snapshot = str(row[0])
                    connection = self._connect()
                connection.execute(sql.SQL("set transaction snapshot {}").format(sql.Literal(self._snapshot)))
                for setting in _SESSION:
                    connection.execute(setting)
                yield connection
            finally:
                connection.close()

    def close(self) -> None:
        """Let the snapshot go. The next session begins a new one."""
        if self._holder is not None:
            self._holder.close()
        self._holder = self._snapshot = None

    def _connect(self) -> psycopg.Connection:
        connection = psycopg.connect(
            self._settings.dsn.get_secret_value(),
            connect_timeout=self._settings.connect_timeout_seconds,
            application_name="revops",
        )
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        return connection

    def column_types(self, connection: psycopg.Connection, relation: sql.Composable) -> dict[str, int]:
        """The columns of a relation and their type oids."""
        with self._explained():
            cursor = connection.execute(sql.SQL("select * from {} limit 0").format(relation))
            return {column.name: column.type_code for column in cursor.description or ()}

    def scalar(self, connection: psycopg.Connection, query: Query) -> object:
        """The single value of a query."""
        with self._explained():
            row = connection.execute(query).fetchone()
            return row[0] if row else None

    def read(self, connection: psycopg.Connection, query: Query, columns: tuple[Column, ...]) -> Iterator[pa.Table]:
        """The result of `query`, whose columns are `columns` in order, as Arrow tables of about `block_bytes`."""
        with self._explained(), connection.cursor() as cursor:
            copy = sql.SQL("copy ({}) to stdout (format csv)").format(query)
            with cursor.copy(copy) as answer:
                stream = _Stream(bytes(chunk) for chunk in answer)
                if stream.is_empty():
                    return
                yield from (
                    pa.Table.from_batches([batch]) for batch in _csv_reader(stream, columns, self._settings.block_bytes)
                )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except IngestionError:
            raise
        except psycopg.Error as error:
            raise self._explain(error) from None
        except pa.ArrowInvalid:
            raise VendorError(
                f"{self._settings.name}: the database sent a row that could not be read",
                f"If its rows are very long, raise sources.{self._settings.name}.block_bytes.",
            ) from None

    def _explain(self, error: psycopg.Error) -> IngestionError:
        """What went wrong, without the driver's text where that can repeat the connection string."""
        name, state = self._settings.name, error.sqlstate
        text = str(error).lower()
        if state == "42501":
            return CredentialsRejected(
                f"{name}: the role may not read {error.diag.table_name or 'a table it is to read'}",
                f"Grant SELECT on the tables of sources.{name}.tables and USAGE on their schemas.",
            )
        if state in _REFUSED or "authentication failed" in text or "no password supplied" in text:
            return CredentialsRejected(
                f"{name}: the database refused the login", f"Check the user and password in sources.{name}.dsn."
            )
        if state in ("42P01", "42703", "3F000"):
            return VendorError(
                f"{name}: {error.diag.message_primary}", f"Check relation and columns in sources.{name}.tables."
            )
        if isinstance(error, psycopg.ProgrammingError) and state is None:
            return VendorError(f"{name}: the connection string is not valid", f"Check sources.{name}.dsn.")
        if state is None or isinstance(error, psycopg.OperationalError):
            return HostUnreachable(
                f"{name}: no answer from the database ({type(error).__name__})",
                f"Check host, port and database in sources.{name}.dsn and the network, then run again.",
            )
        return VendorError(
            f"{name}: the database answered with {type(error).__name__} ({state})",
            f"Check the columns' types, and `format` and `missing` of texts, in sources.{name}.tables.",
        )


class _Stream(io.RawIOBase):
    """The chunks of a COPY as a readable file."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def is_empty(self) -> bool:
        """Whether nothing is left; waits for the first chunk."""
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return True
            self._rest = memoryview(chunk)
        return False

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self.is_empty():
            return 0
        length = min(len(buffer), len(self._rest))
        buffer[:length] = self._rest[:length]
        self._rest = self._rest[length:]
        return length


def _csv_reader(stream: _Stream, columns: tuple[Column, ...], block_bytes: int) -> pyarrow.csv.CSVStreamingReader:
    names = [column.name for column in columns]
    return pyarrow.csv.open_csv(
        pa.PythonFile(io.BufferedReader(stream, 1024 * 1024), mode="r"),
        read_options=pyarrow.csv.ReadOptions(column_names=names, block_size=block_bytes, use_threads=False),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types={column.name: column.arrow_type for column in columns},
            null_values=[""],
            strings_can_be_null=True,
            # COPY writes NULL as nothing and an empty text as "".
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )
