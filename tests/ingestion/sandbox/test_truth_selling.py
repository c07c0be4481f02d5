"""Won, moved and waiting deals of a handful, counted by hand."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from ingestion.sandbox.facts import Deal, Engagement, Facts
from ingestion.sandbox.truth import age_groups, closed_months, seller_months, stage_exits
from tests.ingestion.sandbox.conftest import day, deal, history

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def company(*deals: Deal, engagements: tuple[Engagement, ...] = ()) -> Facts:
    return Facts(
        seed=0, scale=1, starts_on=JANUARY, as_of=day("2026-03-31"), deals=list(deals), engagements=list(engagements)
    )


def stages(*entries: tuple[str, str]) -> Deal:
    return deal(len(entries), stage=history(("2026-01-05", "appointmentscheduled"), *entries))


def test_a_deal_counts_in_the_month_it_was_closed_last() -> None:
    reopened = stages(("2026-01-20", "closedlost"), ("2026-02-01", "contractsent"), ("2026-02-10", "closedwon"))
    lost = stages(("2026-02-15", "closedlost"))
    open_still = stages(("2026-02-16", "closedlost"), ("2026-02-17", "contractsent"))
    [february] = closed_months(company(reopened, lost, open_still))
    assert (february.month, february.won_count, february.closed_count) == (FEBRUARY, 1, 2)
    assert (february.won_amount, february.closed_amount) == (Decimal("100.00"), Decimal("200.00"))
    assert february.won_cycle_days == 36


def test_visits_end_in_the_month_the_deal_left_and_closed_stages_are_none() -> None:
    back = stages(("2026-01-15", "contractsent"), ("2026-01-25", "appointmentscheduled"), ("2026-02-05", "closedlost"))
    gone = deal(9, archived_at=day("2026-02-20"))
    found = {(row.month, row.stage): row for row in stage_exits(company(back, gone))}
    assert set(found) == {
        (JANUARY, "appointmentscheduled"), (JANUARY, "contractsent"), (FEBRUARY, "appointmentscheduled")
    }  # fmt: skip
    first, second = found[JANUARY, "appointmentscheduled"], found[FEBRUARY, "appointmentscheduled"]
    assert (first.outcomes, first.days, first.return_count) == ({"advanced": 1}, [10], 0)
    assert (second.outcomes, second.days, second.return_count) == ({"lost": 1, "removed": 1}, [11], 1)
    assert second.towards == {"closedlost": 1, "removed": 1}
    assert found[JANUARY, "contractsent"].outcomes == {"returned": 1}


def talk(kind: str, at: datetime, minutes: int) -> Engagement:
    return Engagement(1, kind, at, 1, 11, 101, 1, "outgoing", "Talk", minutes, at)


def test_talks_that_overlap_count_once() -> None:
    nine = day("2026-02-26")
    logged = [("meetings", 0, 60), ("calls", 10, 10), ("calls", 50, 20), ("calls", 90, 5), ("emails", 0, 30)]
    talks = [talk(kind, nine + timedelta(minutes=later), minutes) for kind, later, minutes in logged]
    [month] = seller_months(company(engagements=tuple(talks)))
    assert (month.month, month.logged, len(month.talks), month.selling_minutes) == (FEBRUARY, 5, 4, 75)


def test_age_is_that_at_the_month_s_end_and_a_call_is_a_move() -> None:
    call = talk("calls", day("2026-02-26"), 10)
    moved = deal(1, stage=history(("2026-01-05", "appointmentscheduled"), ("2026-02-08", "contractsent")))
    found = {(row.month, row.name): row for row in age_groups(company(moved, engagements=(call,)))}
    assert list(found) == [(JANUARY, "0 to 30"), (FEBRUARY, "31 to 60"), (date(2026, 3, 1), "61 to 90")]
    february = found[FEBRUARY, "31 to 60"]
    assert (february.ages, february.days_in_stage, february.days_without_activity) == ([54], [20], [2])
    assert (february.overdue_count, february.overdue_amount) == (1, Decimal("100.00")), "due on the very day"
    assert found[JANUARY, "0 to 30"].overdue_count == 0
