"""One command from nothing to published numbers; again, later, in part, in full, and killed on the way."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb

from ingestion.registry import REGISTRY
from ingestion.sandbox.order_database import READER_PASSWORD
from ingestion.sandbox.vendors import VENDORS as APIS
from orchestration.explaining import records, rows_condition, source_records
from tests.end_to_end.conftest import LATER, QUIRKS_OF_A_SMALL_COMPANY, VENDORS, Company, Home


def new_rows(printed: str) -> dict[str, str]:
    """By source, what the summary says under "new rows"."""
    lines = [line.split() for line in printed.splitlines()]
    return {line[0]: line[3] for line in lines if len(line) == 6 and line[0] in VENDORS}


def test_the_first_run_says_what_it_did(company: Company) -> None:
    printed = company.outcome.printed
    assert {name: count[0] for name, count in new_rows(printed).items()} == dict.fromkeys(VENDORS, "+")
    warnings = {line.split(":")[0].strip(" !") for line in printed.splitlines() if line.startswith("  ! ")}
    assert "dbt tests and" in printed
    assert warnings <= QUIRKS_OF_A_SMALL_COMPANY
    headlines = company.published.query("select title from metrics.headlines")
    assert len(headlines) >= 7
    assert [title for (title,) in headlines if title not in printed] == []
    assert str(company.home.path / "serving" / "revops.duckdb") in printed
    docs = company.home.path / "data_docs" / "marts" / "index.html"
    assert str(docs) in printed and docs.is_file()


def test_readers_get_marts_metrics_and_trust_with_comments(company: Company) -> None:
    published = company.published
    assert {table.split(".")[0] for table in published.tables()} == {"marts", "metrics", "trust", "publications"}
    assert published.query("select schema_name, table_name from duckdb_tables() where comment is null") == []
    columns = "select table_name, column_name from duckdb_columns() where comment is null and schema_name"
    assert published.query(f"{columns} in ('marts', 'metrics')") == []
    empty = [table for table in published.tables() if published.query(f"select count(*) from {table}") == [(0,)]]
    assert empty == ["publications.metric_restatements"], "the first publication restates nothing"


def test_published_money_is_exact(company: Company) -> None:
    """A binary fraction is nowhere but in the duration of tests."""
    assert company.published.query(
        "select table_name, column_name from duckdb_columns() where data_type in ('DOUBLE', 'FLOAT') and not internal"
    ) == [("test_results", "seconds")]


def test_a_killed_run_leaves_readers_what_they_had_and_the_next_one_works(company_again: Company) -> None:
    """The fixture kills a run while it builds, sees the first version in place, and publishes the second."""
    versions = [path.name for path in (company_again.home.path / "versions").iterdir()]
    assert company_again.published.database.parent.name in versions and len(versions) >= 2
    assert not (company_again.home.path / "candidate").exists()


def test_the_same_day_again_changes_nothing(company: Company, company_again: Company) -> None:
    assert new_rows(company_again.outcome.printed) == dict.fromkeys(VENDORS, "=")
    assert company_again.published.database != company.published.database
    assert company_again.published.differences(company.published) == {}


def test_ten_days_later_only_what_changed_is_read(company: Company, company_later: Company) -> None:
    received = "select source_instance, sum(received_rows) from trust.source_loads group by 1"
    first, later = dict(company.published.query(received)), dict(company_later.published.query(received))
    for name in ("hubspot", "mailchimp", "matomo", "stripe", "zendesk"):
        assert 0 < later[name] < first[name] / 2, name
    assert company_later.published.query("select max(date_day) from marts.fct_pipeline_daily") == [(LATER,)]


def test_ten_days_later_equals_a_rebuild_from_nothing(company_later: Company, home_at: Callable[[str], Home]) -> None:
    """Rule 8: every table of marts and metrics, row for row, under the same key for people's ids."""
    other = home_at("rebuilt")
    other.path.mkdir()
    (other.path / "identity.key").write_bytes((company_later.home.path / "identity.key").read_bytes())
    other.simulate(LATER, *VENDORS)
    outcome = other.refresh("--full")
    assert outcome.code == 0, outcome.printed
    assert company_later.published.differences(other.published()) == {}


def test_what_was_reported_is_kept_and_what_changed_since_is_explained_to_the_cent(
    company: Company, company_later: Company
) -> None:
    """The third publication against the first: values as reported then, and a bridge that adds up for each period."""
    reported = "select metric_name, period_date, dimension, dimension_value, value from {} order by all"
    now = company_later.published
    assert now.query(reported.format("publications.as_reported(1)")) == company.published.query(
        reported.format("metrics.metric_values")
    )
    unexplained = now.query(
        "with changes as ("
        " select metric_name, period_date, sum(value) as change from ("
        "  select metric_name, period_date, value from publications.as_reported(3) where dimension = 'total'"
        "  union all"
        "  select metric_name, period_date, -value from publications.as_reported(1) where dimension = 'total'"
        " ) where metric_name in (select metric_name from publications.metric_restatements) group by all"
        ") select metric_name, period_date, change, amount from changes left join ("
        " select metric_name, period_date, sum(amount) as amount from publications.bridge(1, 3) group by all"
        ") using (metric_name, period_date) where change <> coalesce(amount, 0)"
    )
    assert unexplained == []
    causes = {row[0] for row in now.query("select distinct cause from publications.metric_restatements")}
    assert "period_in_progress" in causes


def test_one_source_alone_can_be_read_anew(company_later: Company) -> None:
    outcome = company_later.home.refresh("--only", "stripe", "--full")
    assert outcome.code == 0, outcome.printed
    assert set(new_rows(outcome.printed)) == {"stripe"}
    assert company_later.home.published().differences(company_later.published) == {}


def test_query_in_three_formats(company: Company) -> None:
    sql = "select month_date, mrr from metrics.arr_monthly where mrr > 0 order by 1 desc limit 2"
    [(month, mrr), (before, _)] = company.home.published().query(sql)
    assert isinstance(mrr, Decimal)
    as_table = company.home.revops("query", sql)
    assert as_table.code == 0
    assert str(mrr) in as_table.printed and str(before) in as_table.printed
    rows = list(csv.DictReader(io.StringIO(company.home.revops("query", sql, "--format", "csv").printed)))
    assert [row["month_date"] for row in rows] == [str(month), str(before)]
    assert Decimal(rows[0]["mrr"]) == mrr
    records = json.loads(company.home.revops("query", sql, "--format", "json").printed)
    assert records[0] == {"month_date": str(month), "mrr": str(mrr)}


def test_explain_shows_value_formula_and_rows(company: Company) -> None:
    complete = "select arr from metrics.arr_monthly where is_complete order by month_date desc limit 1"
    [(arr,)] = company.home.published().query(complete)
    outcome = company.home.revops("explain", "arr")
    assert outcome.code == 0, outcome.printed
    assert str(arr) in outcome.printed and "Formula" in outcome.printed
    assert "rows of marts." in outcome.printed and "stripe:cus_" in outcome.printed


def test_every_metric_can_be_explained(company: Company) -> None:
    """Down to records of the systems, but for the index, which is made of other metrics; all in one process."""
    untraced = []
    with duckdb.connect(str(company.published.database), read_only=True) as connection:
        for rule in records(connection.sql("from metrics.metric_catalogue")):
            table, column, period = rule["table_name"], rule["column_name"], rule["period_column"]
            periods = connection.execute(
                f"select {period} from {table} group by 1 order by max({column}) is null, 1 desc limit 9"
            ).fetchall()
            rows = (
                connection.sql(f"from {rule['rows_table']}").filter(rows_condition(rule, when)).limit(100)
                for (when,) in periods
            )
            if not any(len(source_records(found)) for found in rows):
                untraced.append(rule["metric_name"])
    assert untraced == ["predictability_index"]


def test_doctor_finds_all_in_order(company: Company) -> None:
    outcome = company.home.revops("doctor", "--settings", str(company.home.settings))
    assert outcome.code == 0, outcome.printed
    assert [name for name in VENDORS if f"✓ {name}" not in outcome.printed] == []


def test_no_credential_and_no_address_of_a_person_is_written_down(company_later: Company) -> None:
    """In anything printed, dbt's files and logs, Dagster's records, Data Docs, dlt's state, the published version."""
    home = company_later.home
    secrets = {READER_PASSWORD.encode()}
    for name, api in APIS.items():
        fields = REGISTRY[name].connector.Settings.model_fields
        secrets |= {value.encode() for key, value in api.CREDENTIALS.items() if "SecretStr" in str(fields.get(key))}
    people = {person.email.encode() for person in company_later.facts.people if person.contact_created_at}
    assert len(secrets) >= 8 and len(people) > 50
    leaks: list[str] = []
    for number, outcome in enumerate(home.outcomes):
        leaks += _found(f"printed by run {number}", outcome.printed.encode(), secrets | people)
    for path in sorted(home.path.rglob("*")):
        if path.is_file() and not path.is_symlink() and not _holds_raw_data(path):
            leaks += _found(str(path.relative_to(home.path)), path.read_bytes(), secrets | people)
    assert leaks == []


def test_no_person_can_be_read_from_the_published_version(company_later: Company) -> None:
    """Read value by value, because the file itself is compressed."""
    people = [person.email for person in company_later.facts.people]
    with duckdb.connect(str(company_later.published.database), read_only=True) as connection:
        for schema, table, column in connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns() "
            "where data_type = 'VARCHAR' and not internal"
        ).fetchall():
            found = connection.execute(
                f'select count(*) from {schema}.{table} where lower("{column}") in (select unnest(?))', [people]
            ).fetchone()
            assert found == (0,), (schema, table, column)


def _holds_raw_data(path: Path) -> bool:
    return path.name in ("warehouse.duckdb", "serving.duckdb") or path.suffix == ".parquet"


def _found(where: str, content: bytes, words: set[bytes]) -> list[str]:
    return [f"{where}: {word.decode()}" for word in words if word in content]
