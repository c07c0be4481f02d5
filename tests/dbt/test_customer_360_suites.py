"""Each law of accounts and people as they were catches the row that breaks it."""

from __future__ import annotations

import pytest

from tests.dbt.warehouse import Rows, Start, broken_by

COUNTS = {
    "open_opportunity_count": 1, "open_conversation_count": 1, "late_conversation_count": 0,
    "recent_conversation_count": 1,
}  # fmt: skip
NOW = {
    "stage": "customer", "owner_id": "ann", "open_pipeline_amount": 50, "last_touch_at": "2024-02-10 09:00:00",
    **COUNTS,
}  # fmt: skip
OF_ACCOUNT = {
    **NOW, "mrr": 100, "mrr_before": 90, "overdue_bill_count": 0, "is_cancelling": False, "health": "watch",
    "health_reason": "silent",
}  # fmt: skip
BEFORE = OF_ACCOUNT | {
    "account_id": "a", "valid_from": "2024-01-01", "valid_to": "2024-02-10", "is_current": False, "mrr": 70,
    "open_opportunity_count": 0, "open_pipeline_amount": 0, "last_touch_at": "2024-01-01 09:00:00",
}  # fmt: skip
AFTER = OF_ACCOUNT | {"account_id": "a", "valid_from": "2024-02-10", "is_current": True}
STATES = "marts.fct_account_states"
PERSON = NOW | {"person_id": "p", "valid_from": "2024-02-10", "is_current": True}
PEOPLE = "marts.fct_person_states"
TOUCH = {"person_id": "p", "area": "web", "touchpoint_type": "web_session", "occurred_at": "2024-02-10 09:00:00"}
DAILY = {"opportunity_id": "d", "date_day": "2024-02-29", "amount": 50, "amount_reporting": 50}
SOUND: dict[str, Rows] = {
    "marts.dim_dates": [
        {"date_day": "2024-01-31", "has_begun": True, "snapshot_end_at": "2024-02-01"},
        {"date_day": "2024-02-29", "has_begun": True, "snapshot_end_at": "2024-03-01"},
    ],
    "marts.dim_months": [
        {"month_date": "2024-01-01", "snapshot_end_at": "2024-02-01"},
        {"month_date": "2024-02-01", "snapshot_end_at": "2024-03-01"},
    ],
    "marts.fct_mrr_monthly": [
        {"customer_id": "c", "month_date": "2024-01-01", "mrr_reporting": 70},
        {"customer_id": "c", "month_date": "2024-02-01", "mrr_reporting": 60},
        {"customer_id": "k", "month_date": "2024-02-01", "mrr_reporting": 40},
    ],
    "marts.dim_account_records": [{"account_id": "twin", "surviving_account_id": "a"}],
    "canonical.opportunities": [{"opportunity_id": "d", "account_id": "twin"}, {"opportunity_id": "nobodys"}],
    "marts.fct_pipeline_daily": [DAILY, DAILY | {"opportunity_id": "nobodys"}],
    "marts.dim_customers": [{"customer_id": "c", "account_id": "a"}],
    "marts.dim_accounts": [OF_ACCOUNT | {"account_id": "a"}],
    "marts.dim_people": [NOW | {"person_id": "p"}],
    "marts.fct_touchpoints": [TOUCH, TOUCH | {"area": "finance", "occurred_at": "2024-02-20"}],
    STATES: [BEFORE, AFTER],
    PEOPLE: [PERSON],
}


JUDGED = (STATES, PEOPLE, "marts.dim_accounts")


def test_sound_rows_break_nothing(company: Start) -> None:
    assert broken_by(company, SOUND, *JUDGED) == []


@pytest.mark.parametrize(
    ("table", "rows", "law"),
    [
        (STATES, [BEFORE | {"valid_to": "2024-02-09"}, AFTER], "One stretch follows"),
        (STATES, [BEFORE | {"valid_to": "2024-02-11"}, AFTER], "One stretch follows"),
        (STATES, [BEFORE, AFTER | {"is_current": False}], "One stretch follows"),
        (PEOPLE, [PERSON | {"valid_from": "2024-03-01"}], "One stretch follows"),
        ("marts.dim_accounts", [OF_ACCOUNT | {"account_id": "a", "health_reason": None}], "What lasts is what dim_acc"),
        ("marts.dim_people", [NOW | {"person_id": "p", "stage": "lead"}], "What lasts is what dim_people"),
        ("marts.dim_people", [NOW | {"person_id": "p", "owner_id": "bob"}], "What lasts is what dim_people"),
        ("marts.dim_people", [NOW | {"person_id": p} for p in "pq"], "Whoever has an owner in dim_people"),
        (
            "marts.dim_accounts",
            [OF_ACCOUNT | {"account_id": account} for account in "ab"],
            "Whoever has an owner in dim_accounts",
        ),
        ("marts.dim_people", [], "What lasts is what dim_people"),
        (STATES, [BEFORE | {"mrr": 71}, AFTER], "On a month's last day the MRR"),
        (STATES, [BEFORE | {"mrr": None}, AFTER], "On a month's last day the MRR"),
        ("marts.fct_pipeline_daily", [DAILY | {"amount_reporting": 49}], "On a month's last day the open deals"),
        ("marts.fct_pipeline_daily", [DAILY, DAILY | {"amount_reporting": 0}], "On a month's last day the open deals"),
        (STATES, [BEFORE | {"stage": "lead"}, AFTER], "Customers have a health"),
        (STATES, [BEFORE | {"health": "healthy"}, AFTER], "Customers have a health"),
        (STATES, [BEFORE | {"health": None, "health_reason": None}, AFTER], "Customers have a health"),
        (STATES, [BEFORE | {"late_conversation_count": 2}, AFTER], "Nothing is less"),
        ("marts.fct_touchpoints", [TOUCH, TOUCH | {"occurred_at": "2024-02-12"}], "No touch is later"),
        ("marts.dim_customers", [{"customer_id": "c"}], "Every account record and every customer"),
    ],
)
def test_a_law_catches_what_breaks_it(company: Start, table: str, rows: Rows, law: str) -> None:
    broken = broken_by(company, SOUND | {table: rows}, *JUDGED)
    assert [text for text in broken if not text.startswith(law)] == []
    assert any(text.startswith(law) for text in broken)
