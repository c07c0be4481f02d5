"""Runs dbt in this process: what to build with, what happened to each node."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ingestion.registry import REGISTRY
from orchestration.errors import RefreshFailed, SettingsError
from orchestration.overrides import read_overrides
from orchestration.settings import PROJECT, Configuration

DBT_PROJECT = PROJECT / "dbt_project"
_RESULT_EVENTS = ("LogTestResult", "LogModelResult", "LogSeedResult", "LogSnapshotResult", "LogNodeNoOpResult")


@dataclass(frozen=True)
class NodeResult:
    """What became of one dbt node. `status` is dbt's: success, pass, warn, fail, error or skipped."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    message: str
    failures: int | None
    seconds: float
    tested: tuple[str, ...] = ()
    """For a test: unique ids of the nodes it looks at."""

    @property
    def is_ok(self) -> bool:
        return self.status in ("success", "pass", "warn", "no-op")


def dbt_vars(config: Configuration) -> dict[str, Any]:
    """The variables every dbt command gets: who fills which canonical table, which instances are on, the policies."""
    instances: dict[str, list[str]] = {}
    for instance in config.enabled:
        instances.setdefault(instance.spec.name, []).append(instance.name)
    contributors: dict[str, list[str]] = {}
    for spec in REGISTRY.values():
        for table in spec.provides if spec.name in instances else ():
            contributors.setdefault(table, []).append(spec.name)
    company = config.settings.company
    return {
        "contributors": contributors,
        "instances": instances,
        "custom_fields": _custom_fields(config),
        "reporting_currency": company.reporting_currency,
        "time_zone": company.time_zone,
        "fiscal_year_start_month": company.fiscal_year_start_month,
        "fiscal_calendar": company.fiscal_calendar,
        "fiscal_week_start": company.fiscal_week_start,
        "gross_margin": str(company.gross_margin or ""),
        "gross_margin_by_family": {name: str(share) for name, share in company.gross_margin_by_family.items()},
        **config.settings.policies.model_dump(mode="json"),
        **_identity(config),
        "business_hours": config.settings.business_hours.model_dump(mode="json"),
        "handoff_agreed_minutes": config.settings.handoffs.agreed_minutes.model_dump(),
        "lead_routing": [route.model_dump() for route in config.settings.handoffs.routing],
        "as_of": config.as_of.isoformat(sep=" ") if config.settings.sandbox.enabled else "",
    }


def _identity(config: Configuration) -> dict[str, Any]:
    """How to tell who is who; the key is named by its file, since variables end up in logs."""
    given = config.settings.identity.model_dump(mode="json", exclude={"overrides"})
    return {
        **{f"identity_{name}": value for name, value in given.items()},
        "identity_overrides": read_overrides(config.overrides_file) if config.overrides_file else [],
        "identity_key_file": str(config.identity_key_file),
    }


def unused_connectors(config: Configuration) -> set[str]:
    """Those that no source which is switched on reads with: a refresh leaves their staging models out."""
    return set(REGISTRY) - {item.spec.name for item in config.enabled}


def is_built(fqn: Sequence[str], config: Configuration) -> bool:
    """Whether a refresh builds the model or test of that place in the project."""
    return fqn[1] != "staging" or fqn[2] not in unused_connectors(config)


def tables_of(manifest: Any, config: Configuration) -> dict[str, str]:
    """`schema.table` of every model that a refresh builds, by dbt's unique id."""
    return {
        uid: f"{node.schema}.{node.name}"
        for uid, node in manifest.nodes.items()
        if str(getattr(node.resource_type, "value", node.resource_type)) == "model" and is_built(node.fqn, config)
    }


def lineage(manifest: Any, config: Configuration) -> dict[str, set[str]]:
    """`schema.table` of every model → the tables and views it reads, raw tables of every instance included."""
    models = tables_of(manifest, config)
    instances = dbt_vars(config)["instances"]
    reads: dict[str, set[str]] = {}
    for uid, table in models.items():
        node = manifest.nodes[uid]
        reads[table] = set()
        for parent in node.depends_on.nodes:
            if parent in models:
                reads[table].add(models[parent])
            elif parent in manifest.sources:
                source = manifest.sources[parent]
                connector = source.schema.removeprefix("raw_")
                reads[table] |= {f"raw_{instance}.{source.name}" for instance in instances.get(connector, [])}
        if node.schema == "canonical":
            reads[table] |= {f"raw_{instance}.{node.name}" for instance in instances.get("files", [])}
    return reads


def _custom_fields(config: Configuration) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Canonical table → connector → for each instance, where its custom fields are and which ones are wanted."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for item in config.enabled:
        wanted = item.values.get("custom_fields")
        for table, place in getattr(item.spec.connector, "CUSTOM_FIELDS", {}).items() if wanted else ():
            names = wanted.get(place.setting, ()) if isinstance(wanted, dict) else ()
            fields = [name.strip() for name in (names.split(",") if isinstance(names, str) else names)]
            if wrong := [name for name in fields if not re.fullmatch(r"\w+", name, re.ASCII)]:
                raise SettingsError(
                    f"sources.{item.name}.custom_fields: `{wrong[0]}` is not the name of a field",
                    "Use the names by which the vendor's API knows them.",
                )
            if fields:
                entry = {"instance": item.name, "table": place.table, "key": place.key, "path": place.path}
                found.setdefault(table, {}).setdefault(item.spec.name, []).append({**entry, "fields": fields})
    return found


def dbt_arguments(config: Configuration) -> list[str]:
    """Options that point any dbt command at this project, this warehouse's folders and these settings."""
    scratch = config.home / "dbt"
    return [
        "--project-dir",
        str(DBT_PROJECT),
        "--profiles-dir",
        str(DBT_PROJECT),
        "--target-path",
        str(scratch / "target"),
        "--log-path",
        str(scratch / "logs"),
        "--log-level-file",
        "info",
        "--vars",
        json.dumps(dbt_vars(config), sort_keys=True),
        "--no-use-colors",
        "--no-send-anonymous-usage-stats",
    ]


def semantic_manifest(config: Configuration) -> Path:
    """Where dbt writes what MetricFlow needs, each time it parses the project."""
    return config.home / "dbt" / "target" / "semantic_manifest.json"


def use_database(database: Path) -> None:
    """Point dbt's profile at `database`: the same path in each refresh, so that dbt's parse cache stays valid."""
    os.environ["REVOPS_BUILD_DATABASE"] = str(database)


def parse(config: Configuration, database: Path) -> Any:
    """The project's manifest, from dbt's cache where nothing changed. Raises RefreshFailed where it does not parse."""
    use_database(database)
    outcome = _runner()().invoke(["--quiet", "parse", *dbt_arguments(config)])
    if not outcome.success:
        raise RefreshFailed(
            f"the dbt project does not parse: {_first_line(outcome.exception)}", "Run `revops dbt parse`."
        )
    return outcome.result


def build(
    config: Configuration,
    database: Path,
    on_result: Callable[[str, int, int], None] = lambda name, done, total: None,
    select: str | None = None,
    manifest: Any = None,
) -> list[NodeResult]:
    """Build and test every model into `database`; `on_result` hears (name, done so far, of how many).

    Left out are unit tests, which test logic that a refresh does not change; staging models of `unused_connectors`,
    which nothing reads; with `select`, tests that look at more than what is selected. A failed test or
    model is in the results, not raised; what depends on it is skipped. Raises RefreshFailed when dbt itself cannot run.
    """
    use_database(database)
    manifest = manifest or parse(config, database)
    done = 0

    def listen(event: Any) -> None:
        nonlocal done
        if event.info.name not in _RESULT_EVENTS:
            return
        done += 1
        total = getattr(event.data, "total", 0) or getattr(event.data, "num_models", 0)
        on_result(event.data.node_info.node_name, done, int(total or 0))

    arguments = ["--quiet", "build", *dbt_arguments(config), "--exclude-resource-type", "unit_test"]
    if unused := unused_connectors(config) - {"files"}:
        arguments += ["--exclude", *(f"path:models/staging/{name}" for name in sorted(unused))]
    if select:
        arguments += ["--select", *select.split(), "--indirect-selection", "cautious"]
    outcome = _runner()(manifest=manifest, callbacks=[listen]).invoke(arguments)
    _release()
    if outcome.result is None:
        raise RefreshFailed(
            f"dbt could not run: {_first_line(outcome.exception)}", "Run `revops dbt build` to see more."
        )
    return [_node_result(item) for item in outcome.result.results]


@cache
def _runner() -> Any:
    os.environ["DO_NOT_TRACK"] = "1"
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    from dbt.cli.main import dbtRunner

    return dbtRunner


def _release() -> None:
    """Close the connection that dbt-duckdb keeps for its next command: audits and publishing need the file."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    DuckDBConnectionManager.close_all_connections()


def _node_result(item: Any) -> NodeResult:
    node = item.node
    return NodeResult(
        unique_id=node.unique_id,
        name=node.name,
        resource_type=str(getattr(node.resource_type, "value", node.resource_type)),
        status=str(getattr(item.status, "value", item.status)),
        message=_first_line(item.message),
        failures=item.failures,
        seconds=float(item.execution_time or 0),
        tested=tuple(node.depends_on.nodes) if hasattr(node, "depends_on") else (),
    )


def _first_line(text: object) -> str:
    lines: list[str] = [line.strip() for line in str(text or "").splitlines() if line.strip()]
    return " ".join(lines[:3])[:400]
