"""What must hold of every way from visitor to churned: no gap, nobody in two places, no customer left out."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "marts.fct_journey_stages": [
            no_rows(
                "Nobody is in two stages now",
                "select subject_type, subject_id from batch where is_current group by 1, 2 having count(*) > 1",
            ),
            no_rows(
                "No stage is left before it is entered",
                "select subject_id, stay_number from batch where exited_at < entered_at",
            ),
            no_rows(
                "Where one stage ends the next begins, unless the opportunity was deleted",
                "select here.subject_id, here.stay_number from batch as here left join batch as following"
                " on here.subject_type = following.subject_type and here.subject_id = following.subject_id"
                " and here.stay_number + 1 = following.stay_number"
                " where coalesce(here.next_stage, '') <> 'removed'"
                " and (here.exited_at is distinct from following.entered_at"
                " or here.next_stage is distinct from following.stage)",
            ),
            no_rows(
                "People and accounts return only to stages they were in before, and every time they do is a return",
                "select here.subject_id, here.stay_number from batch as here left join batch as earlier"
                " on here.subject_type = earlier.subject_type and here.subject_id = earlier.subject_id"
                " and here.stage = earlier.stage and here.stay_number > earlier.stay_number"
                " where here.subject_type <> 'opportunity'"
                " group by here.subject_id, here.stay_number, here.is_return"
                " having here.is_return <> (count(earlier.stay_number) > 0)",
            ),
            no_rows(
                "Every customer with recurring revenue has been a customer on its account's way",
                "select m.customer_id from marts.fct_mrr_monthly as m"
                " inner join marts.dim_customers as c on m.customer_id = c.customer_id"
                " left join batch as s on s.subject_type = 'account' and s.stage = 'customer'"
                " and s.subject_id = coalesce(c.account_id, c.customer_id)"
                " where m.mrr > 0 and s.subject_id is null",
            ),
            no_rows(
                "Nobody churns who was not a customer",
                "select here.subject_id from batch as here left join batch as bought"
                " on here.subject_type = bought.subject_type and here.subject_id = bought.subject_id"
                " and bought.stage_order between 7 and 9 and here.stay_number > bought.stay_number"
                " where here.stage = 'churned' and here.subject_type <> 'opportunity' and bought.subject_id is null",
            ),
            no_rows(
                "Every stay in a stage of a pipeline is told once",
                "select counts.visits from (select (select count(*) from marts.fct_stage_visits) as visits) as counts"
                " where counts.visits <> (select count(*) from batch where subject_type = 'opportunity')",
            ),
        ],
        "marts.fct_journey_transitions": [
            no_rows(
                "There are as many arrivals as stays",
                "select counts.arrivals from (select count(*) as arrivals from batch) as counts"
                " where counts.arrivals <> (select count(*) from marts.fct_journey_stages)",
            ),
        ],
    }
