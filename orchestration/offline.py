"""No tool's telemetry leaves the machine: switch each one off before it is imported."""

from __future__ import annotations

import os

QUIET = {
    "DO_NOT_TRACK": "1",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "GX_ANALYTICS_ENABLED": "false",
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "DAGSTER_DISABLE_TELEMETRY": "yes",
    "NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID": "true",
    "EXTRACT__NEXT_ITEM_MODE": "fifo",
    "NORMALIZE__WORKERS": "1",
    "LOAD__DELETE_COMPLETED_JOBS": "true",
    "LOAD__TRUNCATE_STAGING_DATASET": "true",
}
"""Environment for dlt, dbt, Great Expectations and Dagster; dlt takes its loader's settings from it too."""


def keep_quiet(log_level: str = "CRITICAL") -> None:
    """Set `QUIET` and dlt's log level in this process's environment, for it and its children."""
    os.environ.update(QUIET)
    os.environ.setdefault("RUNTIME__LOG_LEVEL", log_level)
