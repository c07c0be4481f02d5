"""The published database: the one asset that readers see."""

import dagster as dg

from orchestration.defs.names import OWNERS, SERVING
from orchestration.defs.resources import REFRESH, failing_clearly


def serving_asset(after: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The serving database, published once everything in `after` was built and every check that blocks has passed."""

    @dg.asset(
        key=SERVING,
        deps=after,
        group_name="serving",
        owners=[OWNERS["serving"]],
        kinds={"duckdb"},
        description="REVOPS_HOME/serving/revops.duckdb: marts, metrics and trust, swapped in one atomic step.",
        required_resource_keys={REFRESH},
        pool="duckdb",
    )
    def revops(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        refresh = context.resources.refresh
        with failing_clearly(refresh):
            version = refresh.publish()
        return dg.MaterializeResult(
            metadata={"version": version.folder.name, "path": dg.MetadataValue.path(version.serving)}
        )

    return revops
