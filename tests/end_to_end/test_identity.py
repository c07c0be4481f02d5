"""Who is who, measured against the simulator that knows; and what later records and a missing key do to ids."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal

import pytest

from tests.end_to_end.conftest import AS_OF, LATER, Company


@pytest.mark.parametrize(
    ("subject", "precision", "recall"),
    [("people", Decimal("0.99"), Decimal("0.97")), ("accounts", Decimal("0.99"), Decimal("0.98"))],
)
def test_records_are_told_apart_and_together(
    company: Company, subject: str, precision: Decimal, recall: Decimal
) -> None:
    [(records, *scores)] = company.published.query(
        "select record_count, pair_precision, cluster_precision, pair_recall, cluster_recall "
        "from trust.identity_scores where subject = ?",
        subject,
    )
    assert records > 300
    assert min(scores[:2]) >= precision
    assert min(scores[2:]) >= recall


def test_scores_are_shown(company: Company) -> None:
    assert "Identity  people" in company.outcome.printed
    summary = json.loads((company.published.database.with_name("summary.json")).read_text())
    assert {score["subject"] for score in summary["identity"]} == {"people", "accounts"}


def test_test_records_belong_to_nobody(company: Company) -> None:
    assert company.published.query("select sum(glued_test_count) from trust.identity_scores") == [(0,)]


def test_evidence_beyond_addresses_was_needed(company: Company) -> None:
    """Otherwise these tests would say nothing: misspelt twins and movers are there, and are found."""
    rules = {rule for (rule,) in company.published.warehouse("select distinct rule from canonical.identity_edges")}
    assert {"alike", "same_phone_and_name"} <= rules
    rules = {rule for (rule,) in company.published.warehouse("select distinct rule from ledger.account_assignments")}
    assert {"crm_merge", "same_domain"} <= rules


def test_ids_last_and_every_change_is_on_record(company: Company, company_later: Company) -> None:
    def ledger(known: Company, table: str) -> dict[str, str]:
        return dict(known.published.warehouse(f"select node, subject_id from ledger.{table}"))  # type: ignore[arg-type]

    for subject in ("person", "account"):
        before, after = (ledger(known, f"{subject}_assignments") for known in (company, company_later))
        moved = {(before[node], after[node]) for node in before.keys() & after.keys() if before[node] != after[node]}
        told = company_later.published.warehouse(
            f"select from_id, to_id from ledger.identity_changes where subject = '{subject}'"
        )
        assert moved == set(told)


def test_since_when_is_the_first_refresh_that_said_so(company: Company, company_later: Company) -> None:
    """A mail to an address known for long is dated by its own refresh; what has not moved keeps its date."""

    def owners(known: Company) -> dict[tuple[str, str, str], tuple[str, datetime]]:
        lines = known.published.warehouse(
            "select 'person', record_type, record_id, person_id, matched_at from canonical.bridge_identity_records "
            "union all select 'account', record_type, record_id, account_id, matched_at "
            "from canonical.bridge_account_records"
        )
        return {(subject, table, record): (owner, since) for subject, table, record, owner, since in lines}

    before, after = owners(company), owners(company_later)
    [first] = {since for _, since in before.values()}
    [second] = {since for _, since in after.values()} - {first}
    assert (first.date(), second.date()) == (AS_OF, LATER)
    assert {record: line for record, line in after.items() if line[1] == first} == {
        record: line for record, line in before.items() if after.get(record, ("", None))[0] == line[0]
    }
    assert "email_events" in {table for (_, table, _), (_, since) in after.items() if since == second}


def test_ids_tell_nothing_without_the_key(company: Company) -> None:
    key = company.home.path / "identity.key"
    assert key.stat().st_mode & 0o777 == 0o600
    secret = key.read_text().strip()
    assert secret not in company.outcome.printed
    assert secret not in (company.home.path / "dbt" / "logs" / "dbt.log").read_text()
