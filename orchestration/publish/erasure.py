"""Takes a person out of files, so that nothing of them is left in the bytes.

DuckDB keeps the blocks of rows that were changed, so a database is changed in a copy and that copy written anew.
"""

from __future__ import annotations

import mmap
import re
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.forgotten import Forgotten, derived, normalised
from orchestration.publish.serving import escaped

_TEXTS = ("VARCHAR", "JSON")
_REMADE = (".pickle", ".gpickle", ".msgpack")
"""Caches that their tools write again; changing their text would break them."""


@dataclass
class Person:
    """All that is known of one person, over all versions of the warehouse."""

    addresses: set[str]
    person_ids: set[str] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    """Canonical record ids, and these as nodes of the identity graph."""
    sources: dict[str, set[str]] = field(default_factory=dict)
    """Source instance → the vendor's record ids there."""
    names: set[tuple[str, str]] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)
    """Addresses that others answer too: not theirs."""

    def learn(self, warehouse: Path) -> None:
        """Add what the identity bridge of `warehouse` says, and the records that it names."""
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            tables = _columns(connection)
            if "email" not in tables.get("canonical.bridge_identity_records", {}):
                return
            found = connection.execute(
                "with bridge as (from canonical.bridge_identity_records) "
                "select person_id, record_type, record_id, email, is_shared_inbox from bridge "
                "where person_id in (select person_id from bridge where list_contains(?, email))",
                [sorted(self.addresses)],
            ).fetchall()
            asked = set(self.addresses)
            self.shared |= {email for *_, email, is_shared in found if is_shared} - asked
            self.addresses |= {email for *_, email, _ in found} - self.shared
            self.person_ids |= {row[0] for row in found}
            for table in {row[1] for row in found}:
                ids = {row[2] for row in found if row[1] == table}
                self.records |= ids | {f"{table}:{record}" for record in ids}
                self._read(connection, f"canonical.{table}", tables.get(f"canonical.{table}", {}), ids)

    def _read(
        self, connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], ids: set[str]
    ) -> None:
        key = next(iter(columns), None)
        if key is None:
            return
        rows = connection.execute(f"from {table} where list_contains(?, {key})", [sorted(ids)]).to_arrow_table()
        for row in rows.to_pylist():
            self.sources.setdefault(row["source_instance"], set()).add(str(row["source_record_id"]))
            for name in ("email", "requester_email", "user_id"):
                if "@" in (row.get(name) or "") and normalised(row[name]) not in self.shared:
                    self.addresses.add(normalised(row[name]))
            first, last = (row.get("first_name") or "").strip(), (row.get("last_name") or "").strip()
            if not first and not last:
                first, _, last = (row.get("requester_name") or _if_a_person(row)).strip().rpartition(" ")
            if first or last:
                self.names.add((first, last))
            if row.get("phone"):
                self.phones.add(row["phone"])

    @property
    def ways_to_say(self) -> list[str]:
        """Patterns of what says who it is in any text: full names in either order, and telephone numbers."""
        found = []
        for first, last in sorted(self.names):
            if first and last:
                one, two = re.escape(first), re.escape(last)
                found += [rf"{one}\s+{two}", rf"{two},?\s+{one}"]
        for phone in sorted(self.phones):
            digits = re.findall(r"\d", phone)
            if len(digits) >= 7:
                found.append(r"\+?" + r"[\s().\-/]*".join(digits))
        return found

    @property
    def tokens(self) -> list[str]:
        """Patterns of every address and of what derives from one, and of the ids of the person."""
        spelt = [re.escape(address).replace("@", "(?:@|%40)") for address in sorted(self.addresses)]
        return spelt + [token for address in sorted(self.addresses) for token in derived(address)]


@dataclass
class Eraser:
    """One person, recognised and taken out by `forgotten`, which this puts them on."""

    person: Person
    forgotten: Forgotten
    keys: Mapping[str, Sequence[str]]
    """`dataset.table` of every raw table → the columns of its key."""

    def __post_init__(self) -> None:
        person, forgotten = self.person, self.forgotten
        forgotten.add(person.addresses, [part for name in person.names for part in name])
        spoken = person.ways_to_say
        forgotten.spoken = re.compile(rf"(?<![\w+])(?:{'|'.join(spoken)})(?!\w)", re.IGNORECASE) if spoken else None
        ids = {token: self._stand_in(token) for token in person.person_ids}
        forgotten.also = {**ids, **{record: forgotten.text(record) for record in person.records}}
        self._anything = "|".join([*person.tokens, *spoken])
        words = {re.escape(part) for name in person.names for part in name if len(part) > 1}
        self._evidence = "|".join([*sorted(words), *spoken, *person.tokens])
        self._bytes = re.compile("|".join([*person.tokens, *spoken]).encode(), re.IGNORECASE)

    def _stand_in(self, person_id: str) -> str:
        """The id under which the next refresh will know the pseudonym, where the id derives from an address."""
        for address in self.person.addresses:
            for token, instead in zip(derived(address), derived(self.forgotten.pseudonym(address)), strict=True):
                if token == person_id:
                    return instead
        return self.forgotten.digest("person", person_id)

    # ── databases ────────────────────────────────────────────────────────────────────────────────────────────────

    def count(self, database: Path) -> dict[str, int]:
        """Rows to change in `database`, by `schema.table`; changes nothing."""
        with duckdb.connect(str(database), read_only=True) as connection:
            return {table: rows.num_rows for table, rows in self._changes(connection)}

    def rewrite(self, database: Path) -> tuple[dict[str, int], Path | None]:
        """Rows changed by `schema.table`, and the file, beside `database`, that is to take its place, if one is."""
        working, fresh = (database.with_name(f".{database.name}.{part}") for part in ("erasing", "erased"))
        found = self.count(database)
        if not found and not self.is_in(database):
            return {}, None
        for leftover in (working, fresh):
            leftover.unlink(missing_ok=True)
        shutil.copyfile(database, working)
        try:
            with duckdb.connect(str(working)) as connection:
                for table, rows in list(self._changes(connection)):
                    _update(connection, table, rows)
            with duckdb.connect() as connection:
                connection.execute(f"attach '{escaped(str(working))}' as changed_copy (read_only)")
                connection.execute(f"attach '{escaped(str(fresh))}' as fresh_copy")
                connection.execute("copy from database changed_copy to fresh_copy")
        finally:
            working.unlink(missing_ok=True)
            working.with_name(working.name + ".wal").unlink(missing_ok=True)
        return found, fresh

    def _changes(self, connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, pa.Table]]:
        """For each table with something to change: its rows' ids and their texts as they are to be."""
        for table, columns in _columns(connection).items():
            texts = [name for name, type_ in columns.items() if type_ in _TEXTS]
            if not texts:
                continue
            key = [name for name in self.keys.get(table, ()) if name in columns]
            sources = self.person.sources.get(table.split(".", 1)[0].removeprefix("raw_"), set())
            sources = sources if table.startswith("raw_") else set()
            rows = self._candidates(connection, table, columns, texts, sources)
            changed = []
            for row in rows:
                text = {name: row[name] for name in texts}
                listed = bool(sources) and self._is_theirs(row, sources)
                clean, is_own = self.forgotten.row(text, listed)
                if is_own and key:
                    self.forgotten.add_record(table, [row[name] for name in key])
                if clean != text:
                    changed.append({"rowid": row["rowid"], **clean})
            if changed:
                schema = pa.schema([("rowid", pa.int64()), *((name, pa.string()) for name in texts)])
                yield table, pa.Table.from_pylist(changed, schema=schema)

    def _candidates(
        self,
        connection: duckdb.DuckDBPyConnection,
        table: str,
        columns: Mapping[str, str],
        texts: Sequence[str],
        sources: Collection[str],
    ) -> list[dict[str, Any]]:
        together = "concat_ws(chr(10), " + ", ".join(f'"{name}"' for name in texts) + ")"
        wanted = [f"regexp_matches({together}, $anything, 'i')"]
        given: dict[str, Any] = {"anything": self._anything}
        ids = [f'"{name}"' for name in texts if name.endswith(("id", "node"))]
        if ids and self.forgotten.also:
            wanted.append(f"list_has_any([{', '.join(ids)}], $ids)")
            given["ids"] = sorted(self.forgotten.also)
        whole = [name for name, type_ in columns.items() if type_ in ("VARCHAR", "BIGINT")]
        if sources and whole and self._evidence:
            listed = ", ".join(f'cast("{name}" as varchar)' for name in whole)
            wanted.append(f"(list_has_any([{listed}], $sources) and regexp_matches({together}, $evidence, 'i'))")
            given |= {"sources": sorted(sources), "evidence": self._evidence}
        schema, name = table.split(".", 1)
        found = connection.execute(
            f'select rowid, * from "{schema}"."{name}" where {" or ".join(wanted)}', given
        ).to_arrow_table()
        return found.to_pylist()

    def _is_theirs(self, row: Mapping[str, Any], sources: Collection[str]) -> bool:
        """Whether a raw row has the vendor's id of one of their records, and says something of them as well."""
        values = {str(value) for name, value in row.items() if name != "rowid" and value is not None}
        return not values.isdisjoint(sources) and bool(
            re.search(self._evidence, "\n".join(sorted(values)), re.IGNORECASE)
        )

    # ── other files ──────────────────────────────────────────────────────────────────────────────────────────────

    def is_in(self, file: Path) -> bool:
        """Whether the bytes of `file` say who the person is."""
        if not file.stat().st_size:
            return False
        with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return self._bytes.search(content) is not None

    def clean(self, file: Path) -> None:
        """Take the person out of a text, a SQLite database or a cache."""
        with file.open("rb") as stream:
            is_sqlite = stream.read(15) == b"SQLite format 3"
        if is_sqlite:
            _clean_sqlite(file, self.forgotten.text)
        elif file.suffix in _REMADE:
            file.unlink()
        else:
            text = file.read_bytes().decode("utf-8", "surrogateescape")
            beside = file.with_name(f".{file.name}.erased")
            beside.write_bytes(self.forgotten.text(text).encode("utf-8", "surrogateescape"))
            shutil.copymode(file, beside)
            beside.replace(file)


def _if_a_person(row: Mapping[str, Any]) -> str:
    """The name of a record that may be a company's as well: a person's if the address begins with a word of it."""
    local = normalised(row.get("email") or "").split("@")[0]
    words = re.findall(r"[^\W\d_]{3,}", row.get("name") or "")
    return row["name"] if any(word.lower() in local for word in words) else ""


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """`schema.table` of every table → its columns and their types."""
    found: dict[str, dict[str, str]] = {}
    for schema, table, column, type_ in connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() "
        "semi join duckdb_tables() using (database_name, schema_name, table_name) "
        "where database_name = current_database() order by schema_name, table_name, column_index"
    ).fetchall():
        found.setdefault(f"{schema}.{table}", {})[column] = type_
    return found


def _update(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    schema, name = table.split(".", 1)
    connection.register("changed_rows", rows)
    settled = ", ".join(f'"{column}" = changed_rows."{column}"' for column in rows.column_names if column != "rowid")
    connection.execute(
        f'update "{schema}"."{name}" as held set {settled} from changed_rows where held.rowid = changed_rows.rowid'
    )
    connection.unregister("changed_rows")


def _clean_sqlite(file: Path, clean: Callable[[str], str]) -> None:
    """Apply `clean` to every text of a SQLite database, then drop the pages that held the old ones."""
    with sqlite3.connect(file, timeout=30) as connection:
        connection.create_function("without_the_person", 1, lambda text: clean(text) if isinstance(text, str) else text)
        for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
            for _, column, *_ in connection.execute(f'pragma table_info("{table}")').fetchall():
                connection.execute(
                    f'update "{table}" set "{column}" = without_the_person("{column}") '
                    f'where typeof("{column}") = \'text\' and "{column}" <> without_the_person("{column}")'
                )
    connection.execute("vacuum")
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()
