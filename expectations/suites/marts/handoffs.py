"""What must hold of handoffs, of the places where buyers wait, and of sellers' time: nothing lost, nothing twice."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "marts.fct_handoffs": [
            no_rows(
                "Systems and human delay add up to the whole, and neither is negative",
                "select record_id from batch where is_assignment_known and ("
                " systems_business_seconds + human_business_seconds <> business_seconds"
                " or systems_calendar_seconds + human_calendar_seconds <> calendar_seconds"
                " or systems_calendar_seconds < 0 or human_calendar_seconds < 0"
                " or systems_business_seconds < 0 or human_business_seconds < 0)",
            ),
            no_rows(
                "Business time never exceeds calendar time",
                "select record_id from batch where business_seconds > calendar_seconds",
            ),
            no_rows(
                "Every lead whose assignments are kept is one handoff",
                "select numbers.leads from (select"
                " (select count(*) from canonical.leads where not is_deleted and assignment_count is not null"
                " and created_at < (select max(snapshot_end_at) from marts.dim_dates)) as leads,"
                " (select count(*) from batch where handoff = 'lead_assignment') as handoffs) as numbers"
                " where numbers.leads <> numbers.handoffs",
            ),
            no_rows(
                "A lead assignment is assigned or unassigned, never both",
                "select record_id from batch where handoff = 'lead_assignment'"
                " and (routing is null or (assigned_at is null and routing <> 'unassigned'))",
            ),
        ],
        "metrics.handoffs_monthly": [
            no_rows(
                "Every handoff is completed, open or lost, and every assignment went somewhere or nowhere",
                "select month_date from batch where handoff_count <> completed_count + open_count + lost_count"
                " or routing_count <> routed_count + rerouted_count + wrong_team_count + unassigned_count",
            ),
            no_rows(
                "The months hold every handoff, once",
                "select totals.handoffs from (select sum(handoff_count) as handoffs from batch) as totals"
                " where totals.handoffs <> (select count(*) from marts.fct_handoffs)",
            ),
        ],
        "marts.fct_passage_slices": [
            no_rows(
                "Who entered passed, was lost, fell back or is still there",
                "select place from batch"
                " where entered_count <> passed_count + lost_count + returned_count + open_count",
            ),
            no_rows(
                "The systems of a place add up to the place",
                "select period_ends_at, period_months, is_baseline, place from batch where dimension = 'total'"
                " group by 1, 2, 3, 4 having sum(case when source_instance = 'everywhere' then entered_count"
                " else -entered_count end) <> 0",
            ),
            no_rows(
                "All passages of all time are there",
                "select totals.entered from (select sum(entered_count) as entered from batch"
                " where period_months = 0 and source_instance = 'everywhere') as totals"
                " where totals.entered <> (select count(*) from marts.fct_passages"
                " where entered_at < (select max(snapshot_end_at) from marts.dim_dates))",
            ),
        ],
        "metrics.journey_friction": [
            no_rows(
                "A place of a system is ranked once in a period, and only for a loss",
                "select period_ends_at, period_months, place, source_instance from batch"
                " where loss_rank is not null group by 1, 2, 3, 4 having count(*) > 1 or min(loss_amount) <= 0",
            ),
            no_rows(
                "Ranks run from 1 without a gap, the largest loss first",
                "select ranked.loss_rank from (select loss_rank, loss_amount,"
                " row_number() over (partition by period_ends_at, period_months order by loss_rank) as position,"
                " lag(loss_amount) over (partition by period_ends_at, period_months order by loss_rank) as before"
                " from batch where loss_rank is not null) as ranked"
                " where ranked.loss_rank <> ranked.position or ranked.loss_amount > ranked.before",
            ),
        ],
        "metrics.seller_time_monthly": [
            no_rows(
                "Nobody sells for longer than business hours last",
                "select owner_id from batch where is_complete and selling_minutes > available_minutes",
                "warning",
            ),
            no_rows(
                "Calls and meetings with a length are among all of them, and these among all activities",
                "select owner_id from batch where timed_talk_count > talk_count or talk_count > activity_count",
            ),
        ],
    }
