"""When a refresh runs: the job that is one whole refresh, and its daily schedule."""

from __future__ import annotations

import dagster as dg

from orchestration.defs.names import SERVING

JOB = "refresh"


def refresh_job() -> dg.UnresolvedAssetJobDefinition:
    """Everything upstream of the published database, in one process: DuckDB has one writer."""
    return dg.define_asset_job(
        JOB,
        selection=dg.AssetSelection.assets(SERVING).upstream() | dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="Extract, load, build, audit, publish.",
    )


def daily_schedule(job: dg.UnresolvedAssetJobDefinition) -> dg.ScheduleDefinition:
    """Each morning at five, UTC: after vendors have closed their day, before people look."""
    return dg.ScheduleDefinition(
        name="daily_refresh", job=job, cron_schedule="0 5 * * *", execution_timezone="UTC", description="Daily refresh"
    )
