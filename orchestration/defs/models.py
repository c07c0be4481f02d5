"""Every dbt model as an asset, every dbt data test as a check, built by one dbt run and then audited."""

from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator

from expectations.suites import mart_suites
from orchestration.defs.ingestion import AssetEvent, check_results, check_specs
from orchestration.defs.names import OWNERS, model_key, model_layer, raw_key
from orchestration.defs.resources import REFRESH, failing_clearly
from orchestration.modeling import NodeResult

Manifest = Mapping[str, Any]


class ModelTranslator(DagsterDbtTranslator):
    """Names models by schema and table, groups them by the folder that holds them, and gives each layer its owner."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["schema"], dbt_resource_props["name"]])
        return model_key(dict(dbt_resource_props))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        if dbt_resource_props["resource_type"] == "source":
            return None
        folders = dbt_resource_props["fqn"][1:-1]
        return "_".join(folders).replace("intermediate", "canonical")

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str] | None:
        if dbt_resource_props["resource_type"] == "source":
            return None
        return [OWNERS.get(model_layer(dict(dbt_resource_props)), OWNERS["marts"])]


def model_assets(manifest: Manifest, file_instances: Sequence[str] = ()) -> dg.AssetsDefinition:
    """The step that builds, tests and audits all models.

    Canonical models read mapped files without a dbt source, so `file_instances` name the ones to depend on: nothing
    else tells Dagster to load the files first.
    """
    translator = ModelTranslator()
    models = {uid: node for uid, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")}
    specs = {}
    for uid, node in models.items():
        spec = translator.get_asset_spec(manifest, uid, None)
        deps = [*spec.deps, *_mapped_files(node, file_instances)]
        specs[uid] = spec.replace_attributes(kinds={"dbt", "duckdb"}, deps=deps)
    checks = {
        uid: dg.AssetCheckSpec(node["name"], asset=specs[model].key, description=node.get("description") or None)
        for uid, node in tests_of(manifest).items()
        if (model := tested_model(node, models))
    }
    suites = mart_suites()

    @dg.multi_asset(
        name="models",
        specs=list(specs.values()),
        check_specs=[*checks.values(), *check_specs(suites)],
        required_resource_keys={REFRESH},
        pool="duckdb",
    )
    def build(context: dg.AssetExecutionContext) -> Iterator[AssetEvent]:
        refresh = context.resources.refresh
        try:
            with failing_clearly(refresh):
                refresh.build()
        except dg.Failure:
            yield from _test_results(refresh.nodes, checks)
            raise
        seconds = {node.unique_id: node.seconds for node in refresh.nodes}
        for uid in upstream_first(models):
            yield dg.MaterializeResult(asset_key=specs[uid].key, metadata={"seconds": seconds.get(uid, 0.0)})
        yield from _test_results(refresh.nodes, checks)
        before = len(refresh.audits)
        try:
            with failing_clearly(refresh):
                refresh.audit_marts()
        finally:
            yield from check_results(refresh.audits[before:])

    return build


def _mapped_files(node: Mapping[str, Any], instances: Sequence[str]) -> list[dg.AssetDep]:
    """The raw tables of `instances` that the canonical model `node` reads: those of its own name."""
    is_canonical = "domain" in node["config"].get("meta", {})
    return [dg.AssetDep(raw_key(instance, node["name"])) for instance in instances if is_canonical]


def upstream_first(models: Mapping[str, Any]) -> list[str]:
    """Unique ids of `models`, each after all it reads: the order in which Dagster accepts their results."""
    reads = {uid: set(node["depends_on"]["nodes"]) & set(models) for uid, node in models.items()}
    return list(TopologicalSorter(reads).static_order())


def tests_of(manifest: Manifest) -> dict[str, dict[str, Any]]:
    """dbt data tests by unique id."""
    return {uid: node for uid, node in manifest["nodes"].items() if node["resource_type"] == "test"}


def tested_model(test: Mapping[str, Any], models: Mapping[str, Any]) -> str | None:
    """The model a test is shown on: the one it is attached to, else the last it reads."""
    attached = test.get("attached_node")
    if attached in models:
        return str(attached)
    candidates = [uid for uid in test["depends_on"]["nodes"] if uid in models]
    return candidates[-1] if candidates else None


def _test_results(nodes: list[NodeResult], checks: Mapping[str, dg.AssetCheckSpec]) -> Iterator[dg.AssetCheckResult]:
    for node in nodes:
        spec = checks.get(node.unique_id)
        if spec is not None and node.status != "skipped":
            yield dg.AssetCheckResult(
                asset_key=spec.asset_key,
                check_name=spec.name,
                passed=node.status == "pass",
                severity=dg.AssetCheckSeverity.WARN if node.is_ok else dg.AssetCheckSeverity.ERROR,
                metadata={"failing_rows": node.failures} if node.failures else {},
            )
