"""One refresh, step by step: extract, audit, build, audit, publish. Dagster's assets call these steps in this order.

Everything is built in a candidate version that nobody reads; only `publish` changes what readers see. A step that
refuses or fails raises a RevOpsError after which the candidate is simply not published.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.errors import IngestionError
from ingestion.forgotten import Forgotten
from ingestion.registry import REGISTRY
from ingestion.source import SourceReport
from orchestration import modeling
from orchestration.errors import RefreshFailed, RefreshRefused, RevOpsError
from orchestration.keys import make_key
from orchestration.publish.metric_values import write_metric_values
from orchestration.publish.publications import carry_over, record_publication, write_macros
from orchestration.publish.scores import checks_of, table_scores, write_scores
from orchestration.publish.serving import write_serving
from orchestration.publish.trust import write_trust
from orchestration.publish.versions import Version, Versions
from orchestration.sandbox import running_sandbox, simulated
from orchestration.settings import Configuration, SourceInstance

if TYPE_CHECKING:
    from expectations.runner import AuditResult
    from ingestion.loader import SourceLoad
    from orchestration.publish.matching import Score

Progress = Callable[[str, str, int, int], None]
"""Hears (step, what just happened, done, of how many); total 0 = not known yet."""


def silent(step: str, message: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


@dataclass
class Refresh:
    """One run. Use as a context manager: it holds the warehouse, and discards nothing that readers have."""

    config: Configuration
    only: Sequence[str] = ()
    full: bool = False
    progress: Progress = silent
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(tzinfo=None, microsecond=0))
    reports: list[SourceReport] = field(default_factory=list)
    nodes: list[modeling.NodeResult] = field(default_factory=list)
    audits: list[AuditResult] = field(default_factory=list)
    error: RevOpsError | None = None
    published: Version | None = None
    matching: list[Score] = field(default_factory=list)
    """How well people and accounts were told apart and together; known of the sandbox only."""

    def __post_init__(self) -> None:
        self._forgotten = Forgotten()
        self._versions = Versions(self.config.home)
        self._stack = ExitStack()
        self.manifest: Any = None
        for name in self.only:
            if not self.config.instance(name).is_enabled:
                raise RefreshFailed(f"source {name} is switched off", f"Set sources.{name}.enabled = true.")
        if not self.config.enabled:
            raise RefreshFailed("no source is switched on", "Add one under [sources] in revops.toml.")
        if not self.config.settings.sandbox.enabled:
            for item in self.selected():
                item.connect()

    def __enter__(self) -> Refresh:
        self._stack.enter_context(self._versions.only_writer())
        try:
            self._forgotten = Forgotten.read(self.config.home)
        except IngestionError:
            self._stack.close()
            raise
        make_key(self.config.identity_key_file)
        from_nothing = self.full and not self.only
        candidate = self._versions.begin(from_nothing)
        if from_nothing and self._versions.current:
            carry_over(self._versions.current.warehouse, candidate.warehouse)
        self._declare_all(candidate)
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    @property
    def candidate(self) -> Version:
        return self._versions.candidate

    @property
    def data_docs(self) -> Path:
        """Great Expectations' Data Docs of the newest run, a site for each audited layer."""
        return self.config.home / "data_docs"

    def selected(self) -> tuple[SourceInstance, ...]:
        """The sources this run reads."""
        return tuple(item for item in self.config.enabled if not self.only or item.name in self.only)

    # ── extract ──────────────────────────────────────────────────────────────────────────────────────────────────

    def extract(self) -> list[SourceReport]:
        """Read every selected source, several at once, and load each into the candidate. All or nothing."""
        chosen = self.selected()
        failures: list[IngestionError] = []
        with running_sandbox(self.config) as overlay, ThreadPoolExecutor(max_workers=8) as pool:
            settings = {item.name: item.connect(overlay.get(item.spec.name)) for item in chosen}
            waiting: dict[Future[SourceLoad], str] = {}
            for item in chosen:
                waiting[pool.submit(self._extract_one, item, settings[item.name])] = item.name
                self.progress("extract", f"{item.name}: reading", 0, len(chosen))
            for future in as_completed(waiting):
                try:
                    report = future.result().store()
                except IngestionError as error:
                    failures.append(error)
                    self.progress("extract", f"{waiting[future]}: failed", len(self.reports), len(chosen))
                    continue
                self.reports.append(report)
                self.progress(
                    "extract", f"{report.instance}: {report.received:,} records", len(self.reports), len(chosen)
                )
        if failures:
            raise RefreshFailed(
                "; ".join(str(error) for error in failures), " ".join(dict.fromkeys(error.remedy for error in failures))
            )
        self.reports.sort(key=lambda report: [item.name for item in chosen].index(report.instance))
        return self.reports

    def _extract_one(self, item: SourceInstance, settings: Any) -> SourceLoad:
        from ingestion.loader import SourceLoad

        load = SourceLoad(
            item.spec, settings, self.candidate.warehouse, self.candidate.dlt_dir, self.started_at, self._forgotten
        )
        load.extract()
        return load

    def _declare_all(self, candidate: Version) -> None:
        """Create every raw table empty, switched on or not, so that any subset of sources builds."""
        from ingestion.loader import declare, forget

        if self.full:
            for name in self.only:
                forget(candidate.warehouse, candidate.dlt_dir, name)
        datasets = {name: spec.connector.tables(None) for name, spec in REGISTRY.items() if name != "files"}
        for item in self.config.instances:
            if item.is_enabled or item.spec.name != "files":
                datasets[item.name] = item.tables()
        declare(candidate.warehouse, datasets)

    # ── audit and build ──────────────────────────────────────────────────────────────────────────────────────────

    def audit_raw(self) -> list[AuditResult]:
        """Run the raw suites of every switched-on source. Raises RefreshRefused when one that blocks does not hold."""
        from expectations.suites import raw_suites

        return self._audit("raw", raw_suites({item.name: item.spec.name for item in self.config.enabled}))

    def build(self) -> list[modeling.NodeResult]:
        """Build and test all models. Raises RefreshRefused when a model fails or a test finds rows."""
        self.nodes = modeling.build(
            self.config,
            self.candidate.warehouse,
            lambda name, done, total: self.progress("build", name, done, total),
            manifest=self.manifest,
        )
        broken = [node for node in self.nodes if not node.is_ok and node.status != "skipped"]
        if broken:
            first = broken[0]
            raise RefreshRefused(
                f"{len(broken)} of {len(self.nodes)} models and tests failed; first {first.name}: {first.message}",
                f"See {self.config.home / 'dbt' / 'logs' / 'dbt.log'}. Readers keep the previous version.",
            )
        return self.nodes

    def audit_marts(self) -> list[AuditResult]:
        """Run the suites of canonical records, marts and metrics. Raises RefreshRefused as `audit_raw` does."""
        from expectations.suites import mart_suites

        return self._audit("marts", mart_suites())

    def _audit(self, layer: str, suites: Mapping[str, Sequence[Any]]) -> list[AuditResult]:
        from expectations.runner import run_suites

        self.progress("audit", layer, 0, 0)
        results = run_suites(self.candidate.warehouse, suites, self.data_docs / layer)
        self.audits += results
        self.progress("audit", layer, len(results), len(results))
        blocking = [result for result in results if result.blocks]
        if blocking:
            raise RefreshRefused(
                f"{len(blocking)} of {len(results)} expectations of {layer} do not hold: "
                + "; ".join(_told(result) for result in blocking[:3]),
                "Readers keep the previous version. Look at the rows named, or at the Data Docs.",
            )
        return results

    # ── publish ──────────────────────────────────────────────────────────────────────────────────────────────────

    def publish(self) -> Version:
        """Write the serving database and make this version the current one."""
        self.progress("publish", "writing the serving database", 0, 0)
        write_trust(self.candidate.warehouse, self.started_at, self.reports, self.audits, self.nodes)
        if self.config.settings.sandbox.enabled:
            from orchestration.publish.matching import measure

            self.matching = measure(self.candidate.warehouse, simulated(self.config))
        self._write_values()
        write_serving(self.candidate.warehouse, self.candidate.serving)
        with duckdb.connect(str(self.candidate.serving)) as connection:
            write_macros(connection)
        shutil.copyfile(modeling.semantic_manifest(self.config), self.candidate.semantics)
        self.candidate.summary.write_text(json.dumps(self.summary(), indent=1, default=str))
        self.published = self._versions.publish(self.config.settings.publish.keep_versions)
        self.progress("publish", "published", 1, 1)
        return self.published

    def _write_values(self) -> None:
        """Score the tables by what the checks found, put all metrics into one table, and compare with last time."""
        tables = modeling.tables_of(self.manifest, self.config)
        with duckdb.connect(str(self.candidate.warehouse)) as connection:
            connection.begin()
            checks = checks_of(self.audits, self.nodes, tables)
            scores = table_scores(connection, modeling.lineage(self.manifest, self.config), checks)
            write_scores(connection, scores)
            write_metric_values(connection, {score.table: score.score for score in scores})
            given = self.config.settings.model_dump(mode="json", include={"company", "policies"})
            record_publication(connection, self.started_at, self.config.as_of, given)
            connection.commit()

    def summary(self) -> dict[str, Any]:
        """What this run did, as plain data: the counts by source and the number of checks."""
        return {
            "started_at": self.started_at,
            "sources": {report.instance: {k: asdict(v) for k, v in report.tables.items()} for report in self.reports},
            "models": sum(node.resource_type == "model" for node in self.nodes),
            "tests": sum(node.resource_type != "model" for node in self.nodes),
            "expectations": len(self.audits),
            "warnings": [_told(result) for result in self.audits if not result.passed],
            "identity": [score._asdict() for score in self.matching],
        }

    def headlines(self) -> list[tuple[Any, ...]]:
        """(title, value, unit, currency, period, previous value) of each headline number of the published version."""
        if self.published is None:
            return []
        with duckdb.connect(str(self.published.serving), read_only=True) as connection:
            return connection.execute(
                "select title, value, unit, currency_code, period, previous_value "
                "from metrics.headlines order by position"
            ).fetchall()


def _told(result: AuditResult) -> str:
    if result.error:
        return f"{result.table}: {result.description} (could not be checked: {result.error})"
    rows = f"{result.failing_rows:,} rows" if result.failing_rows is not None else "the table"
    sample = "; ".join(", ".join(f"{k}={v}" for k, v in row.items()) for row in result.sample if row)
    return f"{result.table}: {result.description} ({rows}{': ' + sample if sample else ''})"
