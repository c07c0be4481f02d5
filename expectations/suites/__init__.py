"""All suites by layer. A module `raw/<connector>.py` or `marts/<area>.py` with a `suite()` is found by itself."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import great_expectations.expectations as gxe


def raw_suites(instances: Mapping[str, str]) -> dict[str, Sequence[gxe.Expectation]]:
    """Suites of the raw tables of `instances` (instance → connector), keyed by `raw_<instance>.<table>`."""
    from expectations.suites.raw import every_dataset

    suites: dict[str, Sequence[gxe.Expectation]] = {}
    available = {module.name for module in pkgutil.iter_modules(import_module("expectations.suites.raw").__path__)}
    for instance, connector in instances.items():
        for table, expectations in every_dataset.suite().items():
            suites[f"raw_{instance}.{table}"] = expectations
        if connector in available:
            for table, expectations in import_module(f"expectations.suites.raw.{connector}").suite().items():
                suites[f"raw_{instance}.{table}"] = expectations
    return suites


def mart_suites() -> dict[str, Sequence[gxe.Expectation]]:
    """Suites of everything that dbt builds, keyed by `schema.table`."""
    suites: dict[str, Sequence[gxe.Expectation]] = {}
    package = import_module("expectations.suites.marts")
    for module in pkgutil.iter_modules(package.__path__):
        suites.update(import_module(f"{package.__name__}.{module.name}").suite())
    return suites
