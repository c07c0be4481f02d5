"""The reconciliation ledger itself: what it says of a break is consistent, and its months add up to it."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import never, no_rows

SHOWN = "link, record_id, month_date"


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "marts.fct_reconciliation_links": [
            never(
                "A break has a type and nothing else has one",
                "(status = 'broken') <> (break_type is not null)",
                SHOWN,
            ),
            never(
                "Only breaks put money at stake, and never less than nothing",
                "amount_at_stake < 0 or (status <> 'broken' and amount_at_stake <> 0)",
                SHOWN,
            ),
            never(
                "What is missing has no counterpart, and what breaks otherwise has one",
                "status = 'broken' and (counterpart_count = 0) <> (break_type = 'missing')",
                SHOWN,
            ),
            never(
                "One in ten records or fewer lacks its counterpart in the other system",
                "break_type = 'missing' and link in (select link from batch group by 1 having"
                " sum(case when break_type = 'missing' then 1 else 0 end) * 10 > count(*) and count(*) >= 100)",
                SHOWN,
                "warning",
            ),
        ],
        "metrics.reconciliation_monthly": [
            no_rows(
                "Records due are those that match and those that break",
                "select month_date, dimension_value from batch where due_count <> matched_count + missing_count"
                " + duplicate_count + fx_count + amount_count + timing_count",
            ),
            no_rows(
                "The links add up to the total, and both to the ledger",
                "select month_date from (select month_date,"
                " sum(case when dimension = 'total' then due_count else 0 end) as total,"
                " sum(case when dimension = 'link' then due_count else 0 end) as parts from batch group by 1) as m"
                " full join (select month_date, count(*) as due from marts.fct_reconciliation_links"
                " where status <> 'pending' and month_date is not null group by 1) as l using (month_date)"
                " where coalesce(total, 0) <> parts or coalesce(total, 0) <> coalesce(due, 0)",
            ),
        ],
    }
