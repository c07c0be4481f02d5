"""Asset keys, groups, kinds and owners: one place says how everything is called in the asset graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg

from ingestion.loader import dataset_of

if TYPE_CHECKING:
    from orchestration.settings import SourceInstance

SERVING = dg.AssetKey(["serving", "revops"])
OWNERS = {
    "raw": "team:data-engineering",
    "staging": "team:data-engineering",
    "intermediate": "team:data-engineering",
    "marts": "team:analytics",
    "metrics": "team:revenue-operations",
    "serving": "team:data-engineering",
}


def raw_key(instance: str, table: str) -> dg.AssetKey:
    """`raw_hubspot/deals`."""
    return dg.AssetKey([dataset_of(instance), table])


def table_key(table: str) -> dg.AssetKey:
    """The asset of a table named `schema.table`, as audits name it."""
    schema, name = table.split(".")
    return dg.AssetKey([schema, name])


def raw_spec(instance: SourceInstance, table: str, description: str) -> dg.AssetSpec:
    """The asset of one raw table."""
    return dg.AssetSpec(
        raw_key(instance.name, table),
        group_name=instance.spec.domain,
        description=description,
        owners=[OWNERS["raw"]],
        kinds={"dlt", "duckdb"},
        tags={"source": instance.name, "cadence": instance.spec.cadence},
    )


def model_key(node: dict[str, Any]) -> dg.AssetKey:
    """`marts/fct_mrr_movements`: the schema and name that an analyst would write."""
    return dg.AssetKey([node["schema"], node["name"]])


def model_layer(node: dict[str, Any]) -> str:
    """`staging`, `intermediate`, `marts` or `metrics`: the first folder below models/."""
    return str(node["fqn"][1])
