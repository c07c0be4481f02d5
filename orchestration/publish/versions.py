"""Published versions on disk, and the one being built.

    <home>/versions/<id>/   warehouse.duckdb  dlt/  serving.duckdb  semantic_manifest.json  summary.json
    <home>/current       →  versions/<id>             the only thing a publication changes
    <home>/serving/revops.duckdb → ../current/serving.duckdb
    <home>/candidate/                                 what the running refresh builds; nobody reads it

The raw data, dlt's cursors and the database that readers open move together, so a killed refresh leaves either all of
the old version or all of the new one.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from orchestration.errors import RefreshFailed


@dataclass(frozen=True)
class Version:
    """The files of one version, published or in the making."""

    folder: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def dlt_dir(self) -> Path:
        return self.folder / "dlt"

    @property
    def serving(self) -> Path:
        return self.folder / "serving.duckdb"

    @property
    def semantics(self) -> Path:
        """What MetricFlow knows of the metrics in `serving`."""
        return self.folder / "semantic_manifest.json"

    @property
    def summary(self) -> Path:
        return self.folder / "summary.json"


class Versions:
    """All versions under one warehouse home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._all = home / "versions"
        self._link = home / "current"
        self.candidate = Version(home / "candidate")

    @property
    def current(self) -> Version | None:
        """What readers have, or None before the first publication."""
        folder = self._link.resolve()
        return Version(folder) if self._link.is_symlink() and folder.is_dir() else None

    @contextmanager
    def only_writer(self) -> Iterator[None]:
        """Hold the warehouse for one refresh; raises RefreshFailed at once when another holds it."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "refresh.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RefreshFailed(
                    f"another refresh is writing to {self.home}", "Wait until it ends; readers are not affected."
                ) from None
            yield

    def begin(self, from_nothing: bool = False) -> Version:
        """Start a candidate as a copy of the current version, or empty; what a killed refresh left is removed."""
        shutil.rmtree(self.candidate.folder, ignore_errors=True)
        self.candidate.dlt_dir.mkdir(parents=True)
        current = self.current
        if current and not from_nothing:
            shutil.copyfile(current.warehouse, self.candidate.warehouse)
            shutil.copytree(current.dlt_dir, self.candidate.dlt_dir, dirs_exist_ok=True)
        return self.candidate

    def publish(self, keep: int) -> Version:
        """Make the candidate the current version in one atomic step and drop all but the newest `keep` versions."""
        self._all.mkdir(exist_ok=True)
        version = Version(self._all / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ"))
        self.candidate.folder.replace(version.folder)
        _flip(self._link, Path("versions") / version.folder.name)
        serving = self.home / "serving"
        serving.mkdir(exist_ok=True)
        if not (serving / "revops.duckdb").is_symlink():
            _flip(serving / "revops.duckdb", Path("..") / "current" / "serving.duckdb")
        for old in sorted(self._all.iterdir())[:-keep]:
            if old != version.folder:
                shutil.rmtree(old, ignore_errors=True)
        return version


def _flip(link: Path, target: Path) -> None:
    beside = link.with_name(f".{link.name}.new")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    beside.replace(link)
