"""`revops source new` in a copy of this checkout: it belongs together at once, and its tests say what to write."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.registry import Domain
from orchestration import settings
from orchestration.new_source import FIRST_TABLE, LAST_SPEC, REGISTRY, SourceRefused, write

Revops = Callable[..., tuple[int, str, str]]
PROJECT = settings.PROJECT


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What of this checkout the new source's own tests and the tests of structure read."""
    copy = tmp_path / "checkout"
    ignored = shutil.ignore_patterns("__pycache__", "target", "logs")
    for part in ("ingestion", "orchestration", "expectations", "dbt_project/models", "tests/architecture"):
        shutil.copytree(PROJECT / part, copy / part, ignore=ignored)
    (copy / "tests/ingestion/sources").mkdir(parents=True)
    for path in PROJECT.glob("tests/ingestion/sources/test_*.py"):
        (copy / path.relative_to(PROJECT)).touch()
    for file in ("pyproject.toml", "tests/conftest.py"):
        shutil.copyfile(PROJECT / file, copy / file)
    monkeypatch.setattr(settings, "PROJECT", copy)
    return copy


def test_a_new_source_belongs_together_and_its_tests_say_what_to_write(revops: Revops, checkout: Path) -> None:
    code, printed, error = revops("source", "new", "acme_cloud", "--domain", "communications")
    assert (code, error) == (0, "")
    written = re.findall(r"^(?:wrote   |added to) (.+)$", printed, re.MULTILINE)
    assert len(written) == 10 and all((checkout / path.strip()).is_file() for path in written)
    assert "pytest tests/ingestion/sources/test_acme_cloud.py" in printed

    own = "tests/ingestion/sources/test_acme_cloud.py"
    tests = re.findall(r"^def (test_\w+)", (checkout / own).read_text(), re.MULTILINE)
    run = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-rA", "tests/architecture/test_one_word.py", own]
    told = subprocess.run(run, cwd=checkout, capture_output=True, text=True).stdout
    outcomes = {
        name: outcome
        for outcome, name in re.findall(r"^(PASSED|FAILED) tests/\S+::(\w+(?:\[\w+\])?)", told, re.MULTILINE)
    }
    assert {name for name, outcome in outcomes.items() if outcome == "FAILED"} == set(tests), told
    assert sum("[acme_cloud]" in name for name in outcomes) == 3
    assert told.split("short test summary")[0].count("Read: ") == len(tests) > 5

    style = [sys.executable, "-m", "ruff"]
    new = [str(path) for path in checkout.rglob("*acme_cloud*") if path.suffix == ".py" or path.is_dir()]
    for check in (["check"], ["format", "--check"]):
        checked = subprocess.run([*style, *check, "--no-cache", *new, str(REGISTRY)], cwd=checkout, capture_output=True)
        assert checked.returncode == 0, checked.stdout.decode()


def test_every_domain_can_be_begun(checkout: Path) -> None:
    """The map gives each column of the contract once; the registry is Python still and knows them all."""
    assert {*FIRST_TABLE, "any"} == set(Domain.__args__)  # type: ignore[attr-defined]
    for domain, table in FIRST_TABLE.items():
        write(checkout, f"new_{domain}", domain)
        folder = checkout / "dbt_project/models/staging" / f"new_{domain}"
        columns = re.findall(r"(\w+),?$", (folder / f"map_new_{domain}__{table}.sql").read_text(), re.MULTILINE)
        existing = next((PROJECT / "dbt_project/models/staging").glob(f"*/map_*__{table}.sql")).read_text()
        assert {"source_instance", "source_record_id"} <= set(columns)
        for column in set(columns) - {"select"}:
            assert re.search(rf"\b{column}\b", existing), (table, column)
    assert re.findall(r'SourceSpec\(\s*"(\w+)"', (checkout / REGISTRY).read_text())[-7:] == [
        *(f"new_{domain}" for domain in FIRST_TABLE),
        "files",
    ]
    compile((checkout / REGISTRY).read_text(), "registry.py", "exec")


@pytest.mark.parametrize(
    ("name", "told", "remedy"),
    [
        ("hubspot", "there is a source called `hubspot` already", "ingestion/sources/hubspot/README.md"),
        ("files", "there is a source called `files` already", "ingestion/sources/files/README.md"),
        ("Acme", "`Acme` cannot be the name", "lower-case"),
        ("class", "`class` cannot be the name", "lower-case"),
        ("../acme", "`../acme` cannot be the name", "lower-case"),
    ],
)
def test_a_name_that_cannot_be_is_refused(revops: Revops, checkout: Path, name: str, told: str, remedy: str) -> None:
    before = _texts(checkout)
    code, printed, error = revops("source", "new", name)
    assert (code, printed) == (1, "")
    assert f"✗ {told}" in error and "→ " in error and remedy in error
    assert _texts(checkout) == before


def test_nothing_is_overwritten(checkout: Path) -> None:
    leftover = checkout / "expectations/suites/raw/acme.py"
    leftover.write_text("mine")
    before = _texts(checkout)
    with pytest.raises(SourceRefused, match=r"expectations/suites/raw/acme\.py exists already"):
        write(checkout, "acme", "crm")
    assert _texts(checkout) == before


def test_a_registry_of_another_shape_is_left_alone(checkout: Path) -> None:
    registry = checkout / REGISTRY
    registry.write_text(registry.read_text().replace(LAST_SPEC, LAST_SPEC.replace("(", "(name=")))
    before = _texts(checkout)
    with pytest.raises(SourceRefused, match="not as expected"):
        write(checkout, "acme", "crm")
    assert _texts(checkout) == before


def _texts(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
