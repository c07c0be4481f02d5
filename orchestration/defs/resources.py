"""The running refresh, as Dagster's assets see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from orchestration.errors import RevOpsError
from orchestration.refresh import Refresh
from orchestration.settings import load_settings

REFRESH = "refresh"


@dg.resource(description="One refresh for each run: holds the warehouse from its first step to its last.")
def refresh_resource(context: dg.InitResourceContext) -> Iterator[Refresh]:
    """Start a refresh with the settings in force; release the warehouse when the run ends, however it ends."""
    log = context.log

    def progress(step: str, message: str, done: int, total: int) -> None:
        if log:
            log.info(f"{step}: {message} ({done}/{total})" if total else f"{step}: {message}")

    with Refresh(load_settings(), progress=progress) as refresh:
        yield refresh


@contextmanager
def failing_clearly(refresh: Refresh) -> Iterator[None]:
    """Turn an error a person can act on into a Dagster failure that says so, and keep it for the command line."""
    try:
        yield
    except RevOpsError as error:
        refresh.error = error
        raise dg.Failure(description=f"{error} {error.remedy}".strip(), allow_retries=False) from None
