"""Each law of the funnel catches the row that breaks it."""

from __future__ import annotations

import pytest

from tests.dbt.warehouse import Rows, Start, broken_by

STAY = {
    "subject_type": "account", "subject_id": "a", "from_stage": "lead", "outcome": "moved_on", "to_stage": "customer",
    "stayed_seconds": 86400, "horizon_days": 1, "is_complete": True,
}  # fmt: skip
STILL = STAY | {"outcome": "dropped_off", "to_stage": "none", "stayed_seconds": 86401}
DEAL, VISIT = {"subject_type": "opportunity"}, {"state": "won"}
ALL = {
    "month_date": "2024-01-01", "subject_type": "account", "from_stage": "lead", "to_stage": "any",
    "dimension": "total", "dimension_value": "total", "entered_count": 2,
    "moved_on_count": 1, "returned_count": 0, "dropped_off_count": 1, "still_there_count": 0,
}  # fmt: skip
ON = ALL | {"to_stage": "customer", "dropped_off_count": 0}
OFF = ALL | {"to_stage": "none", "moved_on_count": 0}
EUROPE = {"dimension": "region", "dimension_value": "Europe"}
FUNNEL = [ALL, ON, OFF, ALL | EUROPE, ON | EUROPE, OFF | EUROPE]
SOUND: dict[str, Rows] = {
    "marts.fct_stage_visits": [VISIT],
    "marts.fct_journey_stages": [{"subject_type": "account"}] * 2 + [DEAL],
    "marts.fct_journey_outcomes": [STAY, STILL],
    "metrics.journey_transitions_monthly": FUNNEL,
}


def test_sound_rows_break_nothing(company: Start) -> None:
    assert broken_by(company, SOUND) == []


@pytest.mark.parametrize(
    ("table", "rows", "law"),
    [
        ("marts.fct_journey_stages", [{"subject_type": "account"}] * 3 + [DEAL], "Every stay but"),
        ("marts.fct_journey_outcomes", [STAY | {"stayed_seconds": 86401}, STILL], "Who moved on, fell"),
        ("marts.fct_journey_outcomes", [STAY, STILL | {"stayed_seconds": 86400}], "Who moved on, fell"),
        ("marts.fct_journey_outcomes", [STAY, STAY | {"outcome": "open", "to_stage": "none"}], "Nobody has time"),
        (
            "metrics.journey_transitions_monthly",
            [row | {"returned_count": 1} if row["to_stage"] != "none" else row for row in FUNNEL],
            "Who entered",
        ),
        ("metrics.journey_transitions_monthly", FUNNEL[:1] + FUNNEL[2:], "The ways out"),
        (
            "metrics.journey_transitions_monthly",
            [*FUNNEL, *(row | {"dimension_value": "Asia"} for row in FUNNEL[3:])],
            "Every dimension",
        ),
        ("marts.fct_journey_outcomes", [STAY, STILL | {"from_stage": "engaged"}], "As many entered"),
    ],
)
def test_a_law_catches_what_breaks_it(company: Start, table: str, rows: Rows, law: str) -> None:
    broken = broken_by(company, SOUND | {table: rows})
    assert any(text.startswith(law) for text in broken) and all(text.startswith(law) for text in broken), broken
