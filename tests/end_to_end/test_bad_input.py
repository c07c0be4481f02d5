"""What a person can get wrong, or a vendor do to them: it ends in two lines that help, and readers lose nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ingestion.sandbox import truth
from ingestion.sandbox.facts import view
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import simulate
from tests.end_to_end.conftest import AS_OF, SCALE, SEED, ExportHome, Home, Outcome

SANDBOX = f"[sandbox]\nenabled = true\nas_of = {AS_OF}\nseed = {SEED}\nscale = 0.01\n"


@pytest.fixture
def kept(exports: ExportHome) -> Iterator[ExportHome]:
    """The published exports; the test may break settings and files, not what readers have."""
    before, fingerprint = exports.published(), exports.published().fingerprint
    yield exports
    exports.restore()
    assert exports.published() == before and before.fingerprint == fingerprint


def helpful(outcome: Outcome, problem: str, remedy: str) -> None:
    """Exit code 1, and the last two lines name the problem and what to do."""
    assert outcome.code == 1, outcome.printed
    assert "Traceback" not in outcome.printed
    assert "✗ " in outcome.printed and "→ " in outcome.printed
    told, advice = outcome.printed.split("✗ ")[-1].split("→ ")
    assert problem in told and remedy in advice, outcome.printed


def test_a_malformed_row_is_quarantined_counted_and_published(exports: ExportHome) -> None:
    outcome = exports.outcomes[0]
    assert outcome.code == 0
    assert "warnings" in outcome.printed and "raw_exports._quarantine: Nothing was quarantined" in outcome.printed
    published = exports.published()
    assert published.query(
        "select received_rows, loaded_rows, quarantined_rows from trust.source_loads where table_name = 'accounts'"
    ) == [(41, 40, 1)]
    assert published.query(
        "select severity from trust.expectation_results where not is_passed and table_name = 'raw_exports._quarantine'"
    ) == [("warning",)]
    assert published.query("select count(*) from marts.dim_accounts where is_crm_account") == [(40,)]
    assert published.query("select max(mrr) from metrics.arr_monthly")[0][0] * 100 == 20050


# ── what is wrong before anything is read ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "problem", "remedy"),
    [
        ("[compny]\nname = 'x'\n", "`compny` is not a setting", "Did you mean `company`?"),
        ("[company]\nreporting_currency = 'dollar'\n", "company.reporting_currency", "REVOPS_COMPANY__REPORTING"),
        ("[sources.hubspt]\n", "sources.hubspt: there is no connector", "Did you mean `hubspot`?"),
        ("[sources.hubspot]\nenabled = true\n", "`sources.hubspot.access_token` is not set", "REVOPS_SOURCES__HUBSPOT"),
        ("[sources.hubspot]\naccess_tokn = 'a'\n", "`sources.hubspot.access_tokn` is not a setting", "`access_token`?"),
        ("[sources\n", "is not valid TOML", "Mend that line"),
        ("", "no source is switched on", "[sources]"),
    ],
)
def test_a_wrong_setting_is_named(kept: ExportHome, text: str, problem: str, remedy: str) -> None:
    kept.configure(text)
    helpful(kept.refresh(), problem, remedy)


def test_an_unknown_source_is_named(kept: ExportHome) -> None:
    helpful(kept.refresh("--only", "export"), "there is no source called `export`", "Did you mean `exports`?")


def test_a_missing_settings_file_is_named(kept: ExportHome) -> None:
    kept.settings.unlink()
    helpful(kept.refresh(), "revops.toml does not exist", "--settings")


def test_a_source_that_is_switched_off_is_not_read(kept: ExportHome) -> None:
    kept.configure(kept.settings.read_text() + "\n[sources.hubspot]\nenabled = false\n")
    helpful(kept.refresh("--only", "hubspot"), "source hubspot is switched off", "sources.hubspot.enabled")


# ── what is wrong with what is read ──────────────────────────────────────────────────────────────────────────────────


def test_a_missing_export_is_named(kept: ExportHome) -> None:
    (kept.exports / "terms.csv").rename(kept.exports / "termz.csv")
    try:
        helpful(kept.refresh(), "sources.exports.tables[3].files: no file matches `terms.csv`", "Export it again")
    finally:
        (kept.exports / "termz.csv").unlink()


def test_an_empty_export_is_refused(kept: ExportHome) -> None:
    kept.export("accounts.csv", "id,name,employees\n")
    helpful(kept.refresh(), "accounts.csv", "allow_empty")


def test_wrong_credentials_are_named_but_not_shown(kept: ExportHome) -> None:
    with SandboxServer(AS_OF, scale=0.01) as vendor:
        kept.configure(
            f'[sources.hubspot]\nbase_url = "{vendor.base_urls["hubspot"]}"\naccess_token = "not-the-right-one"\n'
        )
        outcome = kept.refresh()
    helpful(outcome, "hubspot: ", "credentials of sources.hubspot")
    assert "401" in outcome.printed and "not-the-right-one" not in outcome.printed


def test_an_error_inside_an_answer_that_says_ok_is_an_error(kept: ExportHome) -> None:
    kept.configure(SANDBOX + 'defects = ["error_in_200"]\n[sources.zendesk]\n[sources.matomo]\n')
    helpful(kept.refresh(), "matomo: ", "")


def test_an_unknown_defect_is_named(kept: ExportHome) -> None:
    kept.configure(SANDBOX + 'defects = ["locusts"]\n[sources.zendesk]\n')
    helpful(kept.refresh(), "locusts", "revops sandbox serve")


# ── what a refresh survives ──────────────────────────────────────────────────────────────────────────────────────────


def test_one_source_alone_survives_an_outage_and_refusals(home_at: Callable[[str], Home]) -> None:
    home = home_at("only_zendesk")
    home.simulate(AS_OF, "zendesk", defects=("outage", "rate_limit_storm"))
    outcome = home.refresh()
    assert outcome.code == 0, outcome.printed
    tickets = view(simulate(AS_OF, SEED, SCALE), "zendesk")
    expected = [t for t in truth.touchpoints(tickets) if t.kind == "ticket_created"]
    assert home.published().query(
        "select count(*) from marts.fct_touchpoints where touchpoint_type = 'conversation_started'"
    ) == [(len(expected),)]


def test_two_sources_are_enough_to_publish(home_at: Callable[[str], Home]) -> None:
    home = home_at("two_sources")
    home.simulate(AS_OF, "hubspot", "stripe")
    outcome = home.refresh()
    assert outcome.code == 0, outcome.printed
    assert "has an exchange rate" in outcome.printed, "only the order database knows rates"
    assert home.published().query("select count(arr) from metrics.arr_monthly where month_date = '2026-06-01'") == [
        (0,)
    ]
    facts = simulate(AS_OF, SEED, SCALE)
    published = home.published()
    assert published.query("select count(distinct customer_id) from marts.fct_mrr_monthly") == [
        (len({row.customer_id for row in truth.mrr_by_month(facts)}),)
    ]
    assert published.query("select count(*) from marts.fct_pipeline_daily") == [
        (len(list(truth.pipeline_by_day(view(facts, "hubspot")))),)
    ]
