"""YAML says everything once: of two equal keys in one mapping, every reader drops the first without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parents[2]


class Strict(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Refuses a key that its mapping has already."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = set()
        for key, _ in node.value:
            if key.value in keys:
                raise yaml.constructor.ConstructorError(None, None, f"`{key.value}` is there twice", key.start_mark)
            keys.add(key.value)
        return dict(super().construct_mapping(node, deep))


def test_no_key_is_written_twice() -> None:
    places = [PROJECT / "dbt_project" / "models", PROJECT / "dbt_project" / "semantics", PROJECT / ".github"]
    files = [*PROJECT.glob("*.y*ml"), *(file for place in places for file in place.rglob("*.y*ml"))]
    assert len(files) > 100
    found = []
    for file in files:
        try:
            list(yaml.load_all(file.read_text(), Strict))
        except yaml.constructor.ConstructorError as error:
            found.append(f"{file.relative_to(PROJECT)}:{error.problem_mark.line + 1}: {error.problem}")
    assert found == []


def test_a_key_written_twice_is_found() -> None:
    with pytest.raises(yaml.constructor.ConstructorError, match="`rows` is there twice"):
        yaml.load("given: [{rows: [], input: a, rows: []}]", Strict)
