"""The code location: what `dagster dev` loads."""

from __future__ import annotations

from typing import Any

import dagster as dg

from orchestration import modeling
from orchestration.defs.automation import daily_schedule, refresh_job
from orchestration.defs.ingestion import raw_assets
from orchestration.defs.models import model_assets
from orchestration.defs.publication import serving_asset
from orchestration.defs.resources import REFRESH, refresh_resource
from orchestration.offline import keep_quiet
from orchestration.publish.versions import Versions
from orchestration.settings import Configuration, load_settings

keep_quiet()


def definitions(config: Configuration, manifest: Any = None) -> dg.Definitions:
    """The asset graph of `config`; `manifest` spares a second parse of the dbt project."""
    manifest = manifest or modeling.parse(config, Versions(config.home).candidate.warehouse)
    raw = raw_assets(config)
    files = [item.name for item in config.enabled if item.spec.name == "files"]
    written = manifest.writable_manifest().to_dict(omit_none=False)
    built = {uid: node for uid, node in written["nodes"].items() if modeling.is_built(node["fqn"], config)}
    models = model_assets({**written, "nodes": built}, files)
    job = refresh_job()
    return dg.Definitions(
        assets=[raw, models, serving_asset([*raw.keys, *models.keys])],
        resources={REFRESH: refresh_resource},
        jobs=[job],
        schedules=[daily_schedule(job)],
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What is switched on in the settings of the working directory."""
    return definitions(load_settings())
