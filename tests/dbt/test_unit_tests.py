"""dbt's unit tests, all of them, on empty tables: a refresh leaves them out because it does not change the logic.

Building every model empty at the same time proves that any subset of sources, none included, compiles and runs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="module")
def outcome(dbt: Callable[..., list[Any]]) -> dict[str, list[Any]]:
    """dbt's results by kind of node."""
    kinds: dict[str, list[Any]] = defaultdict(list)
    for item in dbt("build", "--empty", "--exclude-resource-type", "test"):
        kinds[item.node.resource_type.value].append(item)
    return kinds


def test_every_unit_test_passes(outcome: dict[str, list[Any]]) -> None:
    failed = {item.node.name: item.message for item in outcome["unit_test"] if item.status.value != "pass"}
    assert failed == {}
    assert len(outcome["unit_test"]) >= 40


def test_every_model_builds_on_nothing(outcome: dict[str, list[Any]]) -> None:
    failed = {item.node.name: item.message for item in outcome["model"] if item.status.value != "success"}
    assert failed == {}
