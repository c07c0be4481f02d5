"""Runs the refresh job in this process, recorded in the same Dagster instance as scheduled runs."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence

import dagster as dg

from orchestration import modeling
from orchestration.definitions import definitions
from orchestration.defs.automation import JOB
from orchestration.defs.resources import REFRESH
from orchestration.errors import RefreshFailed
from orchestration.refresh import Progress, Refresh, silent
from orchestration.settings import PROJECT, Configuration


def execute(
    config: Configuration, only: Sequence[str] = (), full: bool = False, progress: Progress = silent
) -> Refresh:
    """Run one refresh and return it; its `error` says why nothing was published, if nothing was."""
    config.home.mkdir(parents=True, exist_ok=True)
    os.environ["REVOPS_HOME"] = str(config.home)
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    with Refresh(config, only=only, full=full, progress=progress) as refresh:
        progress("prepare", "reading the dbt project", 0, 0)
        refresh.manifest = modeling.parse(config, refresh.candidate.warehouse)
        job = definitions(config, refresh.manifest).resolve_job_def(JOB)
        with dg.DagsterInstance.from_config(str(PROJECT)) as instance:
            outcome = job.execute_in_process(
                instance=instance,
                raise_on_error=False,
                resources={REFRESH: refresh},
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
        if refresh.published is None and refresh.error is None:
            refresh.error = RefreshFailed(
                f"the refresh stopped unexpectedly in {_failed_step(outcome)}",
                f"See run {outcome.run_id} in `revops dev`.",
            )
    return refresh


def _failed_step(outcome: dg.ExecuteInProcessResult) -> str:
    """The step and the kind of error, without its text, which could quote data."""
    for event in outcome.all_events:
        if event.is_step_failure or event.is_failure:
            error = getattr(event.event_specific_data, "error", None)
            cause = error.cause if error and error.cause else error
            return f"{event.step_key or 'the job'} ({cause.cls_name if cause else 'no error recorded'})"
    return "an unknown step"
