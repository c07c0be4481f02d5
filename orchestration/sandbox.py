"""Runs the simulated company in a process of its own for as long as a refresh needs it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from orchestration.errors import RefreshFailed
from orchestration.settings import PROJECT, Configuration

if TYPE_CHECKING:
    from ingestion.sandbox.facts import Facts

Overlay = Mapping[str, Mapping[str, str]]
"""Connector → the settings with which it reaches the sandbox's version of its vendor."""


@contextmanager
def running_sandbox(config: Configuration) -> Iterator[Overlay]:
    """Yield where the sandbox's vendors listen, or nothing where the sandbox is switched off.

    The server ends with this block, and by itself should this process die. Raises RefreshFailed if it does not start.
    """
    sandbox = config.settings.sandbox
    if not sandbox.enabled:
        yield {}
        return
    command = [sys.executable, "-m", "ingestion.sandbox.server", "--until-stdin-closes", "--port", "0"]
    command += ["--as-of", config.sandbox_as_of.isoformat(), "--seed", str(sandbox.seed), "--scale", str(sandbox.scale)]
    for source, address, option in (
        ("postgres_orders", "dsn", "order-database"),
        ("ga4", "path", "event-export"),
        ("files", "path", "ledger"),
    ):
        if not any(item.spec.name == source and address not in item.values for item in config.enabled):
            command.append(f"--no-{option}")
    if sandbox.defects:
        command += ["--defects", ",".join(sandbox.defects)]
    if sandbox.mix:
        command += ["--mix", ",".join(f"{name}={share}" for name, share in sandbox.mix.items())]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=PROJECT
    ) as server:
        assert server.stdin and server.stdout and server.stderr
        try:
            line = server.stdout.readline()
            if not line:
                last = (server.stderr.read().strip().splitlines() or ["no reason given"])[-1]
                raise RefreshFailed(
                    f"the sandbox company did not start: {last}", "Run `revops sandbox serve` to see why."
                )
            yield json.loads(line)
        finally:
            server.stdin.close()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()


def simulated(config: Configuration) -> Facts:
    """The same company once more, as its simulator knows it: what the sandbox's vendors do not tell."""
    from ingestion.sandbox.world import simulate

    sandbox = config.settings.sandbox
    return simulate(config.sandbox_as_of, sandbox.seed, sandbox.scale, sandbox.mix or None)
