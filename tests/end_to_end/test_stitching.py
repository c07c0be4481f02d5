"""Whose each visit is under every setting of the stitching policies, against what the trackers really saw."""

from __future__ import annotations

from datetime import timedelta

import jinja2
import pytest

from ingestion.sandbox import truth
from orchestration.modeling import DBT_PROJECT
from tests.end_to_end.conftest import Company
from tests.end_to_end.test_truth import address, agree, people_of

MODEL = "models/intermediate/journey/session_people.sql"


def session_people(window_days: int, without_consent: bool) -> str:
    """The model's SQL with other settings, as dbt would write it."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(DBT_PROJECT), autoescape=False)
    settings = {"stitch_window_days": window_days, "stitch_without_consent": without_consent}
    schemas = {"person_assignments": "ledger"}
    environment.globals |= {"var": settings.__getitem__, "ref": lambda name: f"{schemas.get(name, 'canonical')}.{name}"}
    macros = environment.get_template("macros/identity.sql").module
    return environment.get_template(MODEL).render(address=macros.address)


@pytest.mark.parametrize("without_consent", [True, False])
@pytest.mark.parametrize("window_days", [0, 1, 30])
def test_whose_each_visit_is(company: Company, window_days: int, without_consent: bool) -> None:
    """0 days are no window. Every other setting leaves some visit to nobody, so each is seen at work."""
    people = people_of(company.published)

    def true(days: int, consent: bool) -> list[tuple[str, str]]:
        window = timedelta(days=days) if days else None
        return [
            (
                f"ga4:{visit.user_pseudo_id}.{visit.ga_session_id}"
                if visit.site == "ga4"
                else f"{visit.site}:{visit.visit_id}",
                people[address(email)],
            )
            for visit, email in truth.stitched(company.facts, window, consent)
            if address(email) in people
        ]

    expected = true(window_days, without_consent)
    found = company.published.warehouse(
        f"select session_id, person_id from ({session_people(window_days, without_consent)})"
    )
    agree(found, expected)
    if window_days or not without_consent:
        assert len(expected) < len(true(0, True))
