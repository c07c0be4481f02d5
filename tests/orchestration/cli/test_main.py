"""The command line as a whole: what it offers, and how it ends when something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Revops = Callable[..., tuple[int, str, str]]


def test_help_names_every_command(revops: Revops) -> None:
    code, printed, _ = revops("--help")
    assert code == 0
    for command in ("refresh", "query", "explain", "doctor", "sandbox", "source", "dbt", "dev"):
        assert f"\n  {command} " in printed


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("refesh",), "No such command"),
        (("query",), "Missing argument"),
        (("query", "select 1", "--formt"), "--format"),
    ],
)
def test_a_wrong_call_ends_with_two(revops: Revops, arguments: tuple[str, ...], told: str) -> None:
    code, _, error = revops(*arguments)
    assert code == 2
    assert told in error


def test_a_missing_settings_file_ends_with_one_and_a_remedy(revops: Revops) -> None:
    code, printed, error = revops("refresh", "--settings", "nowhere.toml")
    assert (code, printed) == (1, "")
    assert "✗ the settings file nowhere.toml does not exist" in error and "→ Check --settings" in error


def test_nothing_heavy_is_imported_to_show_help(tmp_path: Path) -> None:
    program = (
        "import sys; sys.argv = ['revops', '--help']\n"
        "from orchestration.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'dagster', 'dbt', 'dlt', 'great_expectations', 'duckdb'} & set(sys.modules)), file=sys.stderr)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": ""},
    )  # fmt: skip
    assert shown.stderr.strip() == "[]"
