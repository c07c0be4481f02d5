"""A reviewer overrules who is who and takes it back: both show at once, are on record, and leave nothing behind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import modeling
from orchestration.refresh import Refresh
from orchestration.settings import load_settings
from tests.end_to_end.conftest import EXPORTS, ExportHome

OVERRIDES = """left_type,left_id,right_type,right_id,decision,reviewer,reason
contacts,exports:p1,contacts,exports:p2,same,Ann,one woman with a pen name
contacts,exports:p1,customers,exports:c1,different,Ann,her brother pays
accounts,exports:a1,accounts,exports:a2,same,Ann,one firm
"""
OLGA, BORIS, PAYER = ("contacts", "exports:p1"), ("contacts", "exports:p2"), ("customers", "exports:c1")
FIRST, SECOND = ("accounts", "exports:a1"), ("accounts", "exports:a2")
MODELS = "path:models/intermediate/identity session_people dim_people dim_account_records dim_accounts"


@dataclass(frozen=True)
class Line:
    """Whose a record is."""

    owner: str
    rule: str
    confidence: object
    matched_at: datetime


@dataclass(frozen=True)
class Known:
    """Who is who after a build."""

    lines: dict[tuple[str, str], Line]
    changes: set[tuple[Any, ...]]
    people: list[tuple[Any, ...]]
    accounts: list[tuple[Any, ...]]

    @property
    def organisations(self) -> set[str]:
        return {line.owner for (table, _), line in self.lines.items() if table == "accounts"}


def look(warehouse: Path) -> Known:
    with duckdb.connect(str(warehouse), read_only=True) as connection:

        def rows(sql: str) -> list[tuple[Any, ...]]:
            return connection.execute(sql).fetchall()

        bridges = rows(
            "select record_type, record_id, person_id, rule, confidence, matched_at "
            "from canonical.bridge_identity_records union all "
            "select record_type, record_id, account_id, rule, confidence, matched_at "
            "from canonical.bridge_account_records where record_type = 'accounts'"
        )
        return Known(
            {(table, record): Line(*line) for table, record, *line in bridges},
            set(rows("select subject, change, from_id, to_id, rule from ledger.identity_changes")),
            rows("from marts.dim_people order by all"),
            rows("from marts.dim_accounts order by all"),
        )


@pytest.fixture(scope="module")
def history(exports: ExportHome) -> tuple[Known, Known, Known]:
    """Before, under and after the overrides, built one on the other from what is published."""
    (exports.folder / "overrides.csv").write_text(OVERRIDES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVOPS_HOME", str(exports.path))
        config = load_settings(exports.settings)
        with Refresh(config) as refresh:
            warehouse = refresh.candidate.warehouse
            manifest = modeling.parse(config, warehouse)
            found = [look(warehouse)]
            for settings in (EXPORTS + '[identity]\noverrides = "overrides.csv"\n', EXPORTS):
                exports.configure(settings)
                nodes = modeling.build(load_settings(exports.settings), warehouse, select=MODELS, manifest=manifest)
                assert [node for node in nodes if not node.is_ok] == []
                found.append(look(warehouse))
    exports.restore()
    before, under, after = found
    return before, under, after


def test_an_override_joins_and_parts_whatever_the_rules_say(history: tuple[Known, Known, Known]) -> None:
    before, under, _ = history
    assert before.lines[OLGA].owner == before.lines[PAYER].owner != before.lines[BORIS].owner
    assert under.lines[OLGA].owner == under.lines[BORIS].owner in {before.lines[OLGA].owner, before.lines[BORIS].owner}
    assert "override" in {under.lines[OLGA].rule, under.lines[BORIS].rule}
    assert under.lines[PAYER].owner not in {line.owner for line in before.lines.values()}
    assert under.lines[PAYER].rule == "own_record"
    assert under.lines[SECOND].owner == under.lines[FIRST].owner == before.lines[FIRST].owner
    assert under.lines[SECOND].rule == "override"
    assert (len(before.organisations), len(under.organisations)) == (40, 39)


def test_taken_back_all_is_as_it_was(history: tuple[Known, Known, Known]) -> None:
    before, under, after = history
    told = [{key: (x.owner, x.rule, x.confidence) for key, x in known.lines.items()} for known in history]
    assert told[2] == told[0] != told[1]
    assert after.people == before.people != under.people
    assert after.accounts == before.accounts != under.accounts


def test_since_when_changes_for_whom_the_owner_changes(history: tuple[Known, Known, Known]) -> None:
    before, under, after = (known.lines for known in history)
    for earlier, later in ((before, under), (under, after)):
        for record in before:
            stays = earlier[record].owner == later[record].owner
            assert (earlier[record].matched_at == later[record].matched_at) == stays, record
            assert earlier[record].matched_at <= later[record].matched_at
    assert {record for record in before if before[record].owner != under[record].owner} >= {PAYER, SECOND}


def test_every_change_is_on_record(history: tuple[Known, Known, Known]) -> None:
    before, under, after = history
    olga, boris = before.lines[OLGA].owner, before.lines[BORIS].owner
    kept = under.lines[OLGA].owner
    gone = boris if kept == olga else olga
    payer, first, second = under.lines[PAYER].owner, before.lines[FIRST].owner, before.lines[SECOND].owner
    parted = "split" if kept == olga else "merge"
    assert under.changes - before.changes == {
        ("person", "merge", gone, kept, "override"),
        ("person", parted, olga, payer, "own_record"),
        ("account", "merge", second, first, "override"),
    }
    assert after.changes - under.changes == {
        ("person", "split", kept, gone, "same_email"),
        ("person", "merge", payer, olga, "same_email"),
        ("account", "split", first, second, "own_record"),
    }
