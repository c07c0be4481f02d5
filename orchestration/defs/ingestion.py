"""Every raw table of every switched-on source, loaded by one step and audited before anything is built on it."""

from collections.abc import Iterator

import dagster as dg

from expectations.runner import AuditResult, Suites, expectation_name
from expectations.suites import raw_suites
from ingestion.loader import EXTRACTIONS, QUARANTINE
from orchestration.defs.names import raw_key, raw_spec, table_key
from orchestration.defs.resources import REFRESH, failing_clearly
from orchestration.settings import Configuration

AssetEvent = dg.MaterializeResult | dg.AssetCheckResult


def raw_assets(config: Configuration) -> dg.AssetsDefinition:
    """The step that extracts, loads and audits; its assets are the raw tables, its checks the raw suites."""
    specs = []
    for item in config.enabled:
        specs += [raw_spec(item, table.name, table.description) for table in (*item.tables(), QUARANTINE, EXTRACTIONS)]
    suites = raw_suites({item.name: item.spec.name for item in config.enabled})

    @dg.multi_asset(
        name="raw",
        specs=specs,
        check_specs=check_specs(suites),
        required_resource_keys={REFRESH},
        pool="duckdb",
    )
    def raw(context: dg.AssetExecutionContext) -> Iterator[AssetEvent]:
        refresh = context.resources.refresh
        with failing_clearly(refresh):
            reports = refresh.extract()
        counts = {raw_key(r.instance, table): c for r in reports for table, c in r.tables.items()}
        for spec in specs:
            found = counts.get(spec.key)
            yield dg.MaterializeResult(
                asset_key=spec.key,
                metadata={
                    "dagster/row_count": found.rows_after,
                    "received": found.received,
                    "quarantined": found.quarantined,
                    "living_rows": found.living_after,
                }
                if found
                else {"note": "carried over from the version before"},
            )
        before = len(refresh.audits)
        try:
            with failing_clearly(refresh):
                refresh.audit_raw()
        finally:
            yield from check_results(refresh.audits[before:])

    return raw


def check_specs(suites: Suites) -> list[dg.AssetCheckSpec]:
    """One asset check for each expectation."""
    return [
        dg.AssetCheckSpec(
            expectation_name(expectation),
            asset=table_key(table),
            description=expectation.description,
            blocking=False,
            metadata={"severity": str(getattr(expectation.severity, "value", expectation.severity))},
        )
        for table, expectations in suites.items()
        for expectation in expectations
    ]


def check_results(results: list[AuditResult]) -> Iterator[dg.AssetCheckResult]:
    """Dagster's view of audit results."""
    for result in results:
        yield dg.AssetCheckResult(
            asset_key=table_key(result.table),
            check_name=result.name,
            passed=result.passed,
            severity=dg.AssetCheckSeverity.ERROR if result.blocks else dg.AssetCheckSeverity.WARN,
            description=result.error,
            metadata={"failing_rows": result.failing_rows} if result.failing_rows is not None else {},
        )
