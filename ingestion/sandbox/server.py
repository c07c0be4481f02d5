"""The sandbox's HTTP server: every vendor's API on one port of the loopback interface.

In a process: `with SandboxServer(as_of) as sandbox: sandbox.overlay()`. As a program:
`python -m ingestion.sandbox.server --port 8900 --as-of 2026-11-22`, which prints the overlay as one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import fields
from datetime import date
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from ingestion.sandbox.defects import MOVES_BY, Defects
from ingestion.sandbox.facts import Facts
from ingestion.sandbox.ledger import Ledger
from ingestion.sandbox.order_database import OrderDatabase
from ingestion.sandbox.vendors import VENDORS
from ingestion.sandbox.vendors.ga4 import EventExport

START_TIMEOUT_SECONDS = 30.0


def build_app(
    facts: Facts,
    defects: Defects | None = None,
    window_scale: float = 0.1,
    page_cap: int | None = None,
    earlier: Facts | None = None,
) -> Starlette:
    """All vendors over one company. `facts` must already carry whatever `defects.plant` changes in it.

    `earlier` is the same company some time before, needed where records move while they are read.
    """
    planted = defects or Defects()

    async def index(request: Request) -> JSONResponse:
        counts = {
            field.name: len(records)
            for field in fields(facts)
            if isinstance(records := getattr(facts, field.name), list)
        }
        return JSONResponse({"as_of": facts.as_of.isoformat(), "vendors": sorted(VENDORS), "counts": counts})

    routes: list[Route | Mount] = [Route("/", index)]
    for name, vendor in VENDORS.items():
        app = vendor.app(facts, window_scale, page_cap)
        before = None
        if earlier is not None and planted.has("moving_records", name):
            before = vendor.app(earlier, window_scale, page_cap)
        routes.append(Mount(f"/{name}", app=planted.around(name, app, before)))
    return Starlette(routes=routes)


class SandboxServer:
    """One simulated company served on 127.0.0.1 from a background thread until `stop`.

    `port` 0 picks a free one. `window_scale` multiplies the vendors' rate-limit windows (1.0 = the real ones),
    `page_cap` makes pages smaller than the vendor's maximum. `facts` replaces the simulation by another company,
    `mix` the vendors' shares in it (`world.MIX`). `earlier` is that company before it moved on, for the defect
    `moving_records`; the simulation knows it by itself.
    """

    def __init__(
        self,
        as_of: date,
        seed: int = 7,
        scale: float = 1.0,
        port: int = 0,
        defects: Iterable[str] = (),
        window_scale: float = 0.1,
        page_cap: int | None = None,
        facts: Facts | None = None,
        mix: Mapping[str, int] | None = None,
        earlier: Facts | None = None,
    ) -> None:
        self.as_of = as_of
        self.seed = seed
        self.scale = scale
        self.port = port
        self.defects = Defects.parse(defects)
        self.window_scale = window_scale
        self.page_cap = page_cap
        self.mix = mix
        self._given_facts = facts
        self._given_earlier = earlier
        self._facts: Facts | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def facts(self) -> Facts:
        """The company as served, with the defects that change records (late, deleted) already in it."""
        if self._facts is None:
            if self._given_facts is not None:
                facts = self._given_facts
            else:
                from ingestion.sandbox.world import simulate

                facts = simulate(self.as_of, self.seed, self.scale, self.mix)
            self._facts = self.defects.plant(facts)
        return self._facts

    @property
    def earlier(self) -> Facts | None:
        """The company as it was before it moved on, if records are to move while they are read."""
        if self._given_earlier is not None or not self.defects.moves():
            return self._given_earlier
        from ingestion.sandbox.world import STARTS_ON, simulate

        return simulate(max(STARTS_ON, self.as_of - MOVES_BY), self.seed, self.scale, self.mix)

    @property
    def base_urls(self) -> dict[str, str]:
        """Where each vendor's API begins, by source name."""
        return {name: f"http://127.0.0.1:{self.port}/{name}" for name in VENDORS}

    def overlay(self) -> dict[str, dict[str, str]]:
        """The settings that point each source at this server: its base URL and the credentials it accepts."""
        return {name: {"base_url": url, **VENDORS[name].CREDENTIALS} for name, url in self.base_urls.items()}

    def start(self) -> SandboxServer:
        """Serve, and return once requests are answered. Raises `OSError` when the port is taken."""
        if self._thread is not None:
            raise RuntimeError("this sandbox is already running")
        app = build_app(self.facts, self.defects, self.window_scale, self.page_cap, self.earlier)
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", self.port))
        except OSError:
            listener.close()
            raise
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(
            app, log_config=None, log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Stop serving and free the port. Harmless when not running."""
        if self._server is not None:
            self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout=10)
        self._server = self._thread = None

    def __enter__(self) -> SandboxServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until SIGTERM or SIGINT (or the end of stdin, if asked), having printed the overlay as one line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m ingestion.sandbox.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--as-of", type=date.fromisoformat, required=True, help="the company's last day, YYYY-MM-DD")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--defects", default="", help="comma-separated `name` or `name:vendor`")
    parser.add_argument("--mix", default="", help="vendors' shares in per cent, such as `salesforce=30,hubspot=70`")
    parser.add_argument("--window-scale", type=float, default=0.1, help="1.0 = the vendors' real rate-limit windows")
    parser.add_argument("--page-cap", type=int, default=None)
    parser.add_argument(
        "--order-database", action=argparse.BooleanOptionalAction, default=True, help="bring up its PostgreSQL too"
    )
    parser.add_argument(
        "--event-export", action=argparse.BooleanOptionalAction, default=True, help="write its GA4 export too"
    )
    parser.add_argument("--ledger", action=argparse.BooleanOptionalAction, default=True, help="export its ledger too")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the process that holds stdin")
    given = parser.parse_args(arguments)
    from ingestion.sandbox.world.units import checked, parsed

    try:
        sandbox = SandboxServer(
            as_of=given.as_of,
            seed=given.seed,
            scale=given.scale,
            port=given.port,
            defects=[name for name in given.defects.split(",") if name],
            window_scale=given.window_scale,
            page_cap=given.page_cap,
            mix=checked(parsed(given.mix)),
        )
    except ValueError as error:
        parser.error(str(error))
    finished = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: finished.set())
    if given.until_stdin_closes:

        def wait_for_end_of_stdin() -> None:
            sys.stdin.buffer.read()
            finished.set()

        threading.Thread(target=wait_for_end_of_stdin, daemon=True).start()
    with ExitStack() as running:
        overlay = running.enter_context(sandbox).overlay()
        if given.order_database:
            overlay["postgres_orders"] = running.enter_context(OrderDatabase(sandbox.facts)).overlay()
        if given.event_export:
            overlay["ga4"] = running.enter_context(EventExport(sandbox.facts)).overlay()
        if given.ledger:
            overlay["files"] = running.enter_context(Ledger(sandbox.facts)).overlay()
        print(json.dumps(overlay), flush=True)
        finished.wait()


if __name__ == "__main__":
    main()
