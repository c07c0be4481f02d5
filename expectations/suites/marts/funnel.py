"""What must hold of the funnel: who entered a stage moved on, returned, dropped off or is still there, once."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows

OUTCOMES = ("moved_on_count", "returned_count", "dropped_off_count", "still_there_count")
UNEQUAL = " or ".join(f"sum(case when to_stage = 'any' then {name} else -{name} end) <> 0" for name in OUTCOMES)
"""Of some outcome there are more, or fewer, under `any` than under all stages moved to."""


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "marts.fct_journey_outcomes": [
            no_rows(
                "Every stay but those of closed deals came to something",
                "select counts.stays from (select (select count(*) from marts.fct_journey_stages)"
                " - (select count(*) from marts.fct_stage_visits where state <> 'open') as stays) as counts"
                " where counts.stays <> (select count(*) from batch)",
            ),
            no_rows(
                "Who moved on, fell back or churned did so within the horizon, and who stayed has used it up",
                "select subject_id, stay_number from batch where case when to_stage <> 'none' or outcome = 'open'"
                " then stayed_seconds > 86400 * horizon_days else stayed_seconds <= 86400 * horizon_days end",
            ),
            no_rows(
                "Nobody has time left who entered in a complete month",
                "select subject_id, stay_number from batch where is_complete and outcome = 'open'",
            ),
        ],
        "metrics.journey_transitions_monthly": [
            no_rows(
                "Who entered moved on, returned, dropped off or is still there",
                "select month_date, subject_type, from_stage, dimension, dimension_value from batch"
                f" where to_stage = 'any' and entered_count <> {' + '.join(OUTCOMES)}",
            ),
            no_rows(
                "The ways out of a stage add up to all of them",
                "select month_date, subject_type, from_stage, dimension, dimension_value from batch"
                f" group by 1, 2, 3, 4, 5 having {UNEQUAL}",
            ),
            no_rows(
                "Every dimension adds up to the total",
                "select whole.month_date, whole.subject_type, whole.from_stage, parts.dimension from batch as whole"
                " inner join (select month_date, subject_type, from_stage, dimension, sum(entered_count) as entered"
                " from batch where to_stage = 'any' and dimension <> 'total' group by 1, 2, 3, 4) as parts"
                " on whole.month_date = parts.month_date and whole.subject_type = parts.subject_type"
                " and whole.from_stage = parts.from_stage"
                " where whole.to_stage = 'any' and whole.dimension = 'total' and whole.entered_count <> parts.entered",
            ),
            no_rows(
                "As many entered as stays began",
                "select stays.subject_type, stays.from_stage from (select subject_type, from_stage, count(*) as stays"
                " from marts.fct_journey_outcomes group by 1, 2) as stays"
                " left join (select subject_type, from_stage, sum(entered_count) as entered from batch"
                " where to_stage = 'any' and dimension = 'total' group by 1, 2) as counted"
                " on stays.subject_type = counted.subject_type and stays.from_stage = counted.from_stage"
                " where counted.entered is distinct from stays.stays",
            ),
        ],
    }
