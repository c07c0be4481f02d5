"""`revops forget`: nothing of a person is left in the bytes under the home, the money is, and she stays forgotten."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import duckdb
import pytest

from orchestration.publish.versions import Versions
from orchestration.refresh import Refresh
from orchestration.settings import load_settings
from tests.end_to_end.conftest import ExportHome, Home

OLGA = "olga.petrova@first.example"
TRACES = (b"olga.petrova@first", b"olga petrova", b"petrova", b"5550 1234", b"olga p")


@pytest.fixture(scope="module")
def home(exports: ExportHome, tmp_path_factory: pytest.TempPathFactory) -> ExportHome:
    """A copy of the published exports, since nothing can be taken back."""
    copy = ExportHome(tmp_path_factory.mktemp("forgetful"))
    shutil.copytree(exports.path, copy.path, symlinks=True)
    return copy


def forget(home: Home, *arguments: str, code: int = 0) -> str:
    outcome = home.revops("forget", *arguments, "--settings", str(home.settings))
    assert outcome.code == code, outcome.printed
    assert "Traceback" not in outcome.printed
    return outcome.printed


def named_in(home: Home) -> list[str]:
    """Files under the home with a trace of her, in whatever case."""
    files = [file for file in sorted(home.path.rglob("*")) if file.is_file() and not file.is_symlink()]
    return [str(file.relative_to(home.path)) for file in files if any(t in file.read_bytes().lower() for t in TRACES)]


def money(home: Home) -> list[tuple[object, ...]]:
    published = home.published()
    return [
        *published.query("from metrics.arr_monthly order by all"),
        *published.query("select metric_name, period_date, dimension, value from metrics.metric_values order by all"),
        *published.query("select 'people', count(*) from marts.dim_people"),
    ]


def test_nobody_is_changed_by_looking_or_while_a_refresh_runs(home: ExportHome) -> None:
    before = home.published().fingerprint
    shown = forget(home, OLGA, "--dry-run")
    assert "would be changed" in shown and "canonical.contacts" in shown and "raw_exports.customers" in shown
    assert forget(home, "nobody@first.example", "--dry-run").strip() == (
        "Nothing here is about a person with this address."
    )
    assert "that is not an e-mail address" in forget(home, "olga", "--yes", code=1)
    with Versions(home.path).only_writer():
        assert "another refresh is writing" in forget(home, OLGA, "--yes", code=1)
    assert home.published().fingerprint == before and not (home.path / "receipts").exists()


def test_she_is_gone_from_every_file_and_stays_so(home: ExportHome, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {file.rsplit("/", 1)[-1] for file in named_in(home)} >= {"warehouse.duckdb"}
    home.path.joinpath("dbt", "logs", "dbt.log").open("a").write(f"\n… {OLGA.upper()} …\n")
    before, place = money(home), home.published()
    reader = duckdb.connect(str(place.database), read_only=True)
    people = reader.execute("from marts.dim_people order by all").fetchall()

    said = forget(home, "Olga.Petrova@FIRST.example", "--yes", "--reason", f"letter of {OLGA}")
    assert named_in(home) == []
    assert OLGA not in said.lower() and "✓ Forgotten" in said
    assert money(home) == before and home.published() == place
    assert reader.execute("from marts.dim_people order by all").fetchall() == people
    reader.close()

    (receipt,) = (home.path / "receipts").iterdir()
    kept = json.loads(receipt.read_text())
    assert kept["was_known"] and "dbt/logs/dbt.log" in kept["other_files"]
    version = place.database.parent.relative_to(home.path)
    assert kept["rows"][f"{version}/warehouse.duckdb"]["canonical.contacts"] == 2
    assert stat.S_IMODE((home.path / "forgotten" / "key").stat().st_mode) == 0o600

    fingerprint = place.fingerprint
    assert "Nothing here is about" in forget(home, OLGA, "--yes")
    assert home.published().fingerprint == fingerprint and named_in(home) == []

    stays_forgotten(home, monkeypatch)


def stays_forgotten(home: ExportHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """Her records, read anew from where they still are, arrive without her and are counted."""
    monkeypatch.setenv("REVOPS_HOME", str(home.path))
    with Refresh(load_settings(home.settings), full=True) as refresh:
        (report,) = refresh.extract()
        refresh.audit_raw()
        counts = report.tables["contacts"]
        assert (counts.received, counts.loaded, counts.quarantined, counts.forgotten) == (2, 0, 0, 2)
        assert (report.tables["customers"].loaded, report.tables["customers"].forgotten) == (2, 1)
        warehouse: Path = refresh.candidate.warehouse
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            addresses = connection.execute(
                "select email from raw_exports.contacts order by source_record_id"
            ).fetchall()
            same = connection.execute("select email from raw_exports.customers where email is not null").fetchall()
    assert addresses[0] == same[0] and addresses[0][0].endswith("@forgotten.invalid")
    assert named_in(home) == []
