"""Forgets a person: everywhere under the home, for good, with a receipt that says so and does not say whom."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ingestion.forgotten import Forgotten, normalised
from ingestion.loader import dataset_of
from ingestion.registry import REGISTRY
from orchestration.errors import RefreshFailed, RevOpsError
from orchestration.publish.erasure import Eraser, Person
from orchestration.publish.versions import Versions
from orchestration.settings import Configuration


@dataclass
class Erasure:
    """What was, or would be, changed. `rows`: file → `schema.table` → rows."""

    is_known: bool
    address_hash: str
    addresses: int
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    """Other files that named the person."""
    receipt: Path | None = None

    @property
    def total(self) -> int:
        return sum(count for tables in self.rows.values() for count in tables.values())


def forget_person(config: Configuration, address: str, reason: str = "", dry_run: bool = False) -> Erasure:
    """Take the person with this address out of all that is under the home, and never load them again.

    With `dry_run` only counts. Raises RefreshFailed while a refresh is running, or where something would not go;
    then it can be run again, and begins where it ended.
    """
    address = normalised(address)
    if address.count("@") != 1 or any(letter.isspace() for letter in address) or not all(address.split("@")):
        raise RevOpsError("that is not an e-mail address", "Give one, such as name@example.com.")
    versions = Versions(config.home)
    with versions.only_writer():
        databases = sorted((config.home / "versions").glob("*/*.duckdb"))
        person = Person({address})
        for _ in range(2):  # what one version knows of their addresses helps to find them in another
            for database in databases:
                if database.name == "warehouse.duckdb":
                    person.learn(database)
        forgotten = Forgotten.read(config.home)
        eraser = Eraser(person, forgotten, _keys(config))
        done = Erasure(bool(person.person_ids), forgotten.digest("token", address), len(person.addresses))
        if dry_run:
            for database in databases:
                if found := eraser.count(database):
                    done.rows[_shown(database, config.home)] = found
            done.files = [_shown(file, config.home) for file in _others(config.home) if eraser.is_in(file)]
            done.is_known = done.is_known or bool(done.total)
            return done
        _erase(config.home, versions, databases, eraser, done)
        done.is_known = done.is_known or bool(done.total)
        done.receipt = _write_receipt(config.home, done, forgotten.text(reason))
        return done


def _erase(home: Path, versions: Versions, databases: list[Path], eraser: Eraser, done: Erasure) -> None:
    # Nobody is put on the list too late: were we killed, the next refresh would load what we had erased.
    eraser.forgotten.write(home)
    replacements: list[tuple[Path, Path]] = []
    for database in databases:
        found, fresh = eraser.rewrite(database)
        if found:
            done.rows[_shown(database, home)] = found
        if fresh:
            replacements.append((fresh, database))
    eraser.forgotten.write(home)
    for fresh, database in replacements:
        fresh.replace(database)
    for copy in (versions.candidate.folder, home / "workbench"):
        shutil.rmtree(copy, ignore_errors=True)
    for file in _others(home):
        if eraser.is_in(file):
            eraser.clean(file)
            done.files.append(_shown(file, home))
    left = [_shown(file, home) for file in _files(home) if eraser.is_in(file)]
    if left:
        raise RefreshFailed(
            f"the person is still named in {', '.join(left[:3])}" + (f" and {len(left) - 3} more" if left[3:] else ""),
            "Close what has it open and run the same command again.",
        )


def _write_receipt(home: Path, done: Erasure, reason: str) -> Path:
    now = datetime.now(UTC)
    folder = home / "receipts"
    folder.mkdir(exist_ok=True)
    receipt = folder / f"{now.strftime('%Y%m%dT%H%M%S%fZ')}.json"
    receipt.write_text(
        json.dumps(
            {
                "forgotten_at": now.isoformat(),
                "reason": reason or None,
                "address_hash": done.address_hash,
                "was_known": done.is_known,
                "addresses": done.addresses,
                "rows": done.rows,
                "other_files": done.files,
            },
            indent=1,
        )
    )
    return receipt


def _keys(config: Configuration) -> dict[str, tuple[str, ...]]:
    """`dataset.table` → key of every raw table that a refresh could fill."""
    keys: dict[str, tuple[str, ...]] = {}
    known = {item.name: item for item in config.instances}
    for name, spec in [*((name, item.spec) for name, item in known.items()), *REGISTRY.items()]:
        if spec.name == "files" and not (name in known and known[name].is_enabled):
            continue
        settings = known[name].connect() if spec.name == "files" else None
        for table in spec.connector.tables(settings):
            keys.setdefault(f"{dataset_of(name)}.{table.name}", table.key)
    return keys


def _files(home: Path) -> Iterator[Path]:
    yield from (file for file in sorted(home.rglob("*")) if file.is_file() and not file.is_symlink())


def _others(home: Path) -> Iterator[Path]:
    """All files but the databases of versions and what is removed whole."""
    gone = {"candidate", "workbench"}
    for file in _files(home):
        if file.suffix != ".duckdb" and file.relative_to(home).parts[0] not in gone:
            yield file


def _shown(file: Path, home: Path) -> str:
    return str(file.relative_to(home))
