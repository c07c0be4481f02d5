"""Each law of handoffs, passages and sellers' time catches the row that breaks it."""

from __future__ import annotations

import pytest

from tests.dbt.warehouse import Rows, Start, broken_by

HANDOFF = {
    "handoff": "lead_assignment",
    "record_id": "l",
    "routing": "routed",
    "assigned_at": "2024-01-01",
    "is_assignment_known": True,
    "systems_business_seconds": 1,
    "human_business_seconds": 2,
    "business_seconds": 3,
    "systems_calendar_seconds": 3,
    "human_calendar_seconds": 4,
    "calendar_seconds": 7,
}
LEAD = {"lead_id": "l", "is_deleted": False, "assignment_count": 0, "created_at": "2024-01-01"}
DAY = {"date_day": "2024-01-01", "snapshot_end_at": "2024-02-01"}
MONTH = {
    "handoff_count": 1, "completed_count": 1, "open_count": 0, "lost_count": 0,
    "routing_count": 1, "routed_count": 1, "rerouted_count": 0, "wrong_team_count": 0, "unassigned_count": 0,
}  # fmt: skip
SLICE = {
    "period_months": 0, "place": "p", "source_instance": "everywhere", "dimension": "total", "is_baseline": False,
    "entered_count": 4, "passed_count": 1, "lost_count": 1, "returned_count": 1, "open_count": 1,
}  # fmt: skip
PASSAGE = {"place": "p", "entered_at": "2024-01-01"}
RANKED = {"period_months": 0, "place": "p", "source_instance": "a", "loss_rank": 1, "loss_amount": 5}
SELLER = {
    "owner_id": "o", "is_complete": True, "selling_minutes": 5, "available_minutes": 5,
    "activity_count": 3, "talk_count": 2, "timed_talk_count": 1,
}  # fmt: skip
SOUND: dict[str, Rows] = {
    "marts.dim_dates": [DAY],
    "canonical.leads": [LEAD],
    "marts.fct_handoffs": [HANDOFF],
    "metrics.handoffs_monthly": [MONTH],
    "marts.fct_passages": [PASSAGE] * 4,
    "marts.fct_passage_slices": [SLICE, SLICE | {"source_instance": "a"}],
    "metrics.journey_friction": [RANKED, RANKED | {"place": "q", "loss_rank": 2, "loss_amount": 4}],
    "metrics.seller_time_monthly": [SELLER],
}


def test_sound_rows_break_nothing(company: Start) -> None:
    assert broken_by(company, SOUND) == []


@pytest.mark.parametrize(
    ("table", "rows", "law"),
    [
        ("marts.fct_handoffs", [HANDOFF | {"human_calendar_seconds": 5}], "Systems and human delay"),
        ("marts.fct_handoffs", [HANDOFF | {"human_business_seconds": 7, "business_seconds": 8}], "Business time never"),
        ("canonical.leads", [LEAD, LEAD], "Every lead whose assignments"),
        ("marts.fct_handoffs", [HANDOFF | {"assigned_at": None}], "A lead assignment is assigned"),
        ("metrics.handoffs_monthly", [MONTH | {"lost_count": 1}], "Every handoff is completed"),
        ("metrics.handoffs_monthly", [MONTH | {"unassigned_count": 1}], "Every handoff is completed"),
        ("metrics.handoffs_monthly", [MONTH, MONTH], "The months hold"),
        ("marts.fct_passage_slices", [SLICE | {"open_count": 0}, SLICE | {"source_instance": "a"}], "Who entered"),
        ("marts.fct_passage_slices", [SLICE], "The systems of a place"),
        ("marts.fct_passages", [PASSAGE] * 5, "All passages"),
        ("metrics.journey_friction", [RANKED, RANKED | {"loss_rank": 2}], "A place of a system"),
        ("metrics.journey_friction", [RANKED | {"loss_rank": 2}], "Ranks run"),
        ("metrics.seller_time_monthly", [SELLER | {"selling_minutes": 6}], "Nobody sells"),
        ("metrics.seller_time_monthly", [SELLER | {"timed_talk_count": 3}], "Calls and meetings"),
    ],
)
def test_a_law_catches_what_breaks_it(company: Start, table: str, rows: Rows, law: str) -> None:
    assert [text for text in broken_by(company, SOUND | {table: rows}) if not text.startswith(law)] == []
    assert any(text.startswith(law) for text in broken_by(company, SOUND | {table: rows}))
