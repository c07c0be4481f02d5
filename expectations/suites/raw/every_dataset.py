"""What must hold of every raw dataset, whatever its vendor: nothing lost, little refused, counts that reconcile."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows

MOST_QUARANTINED_PERCENT = 5
NEWEST = "with newest as (select * from batch where extracted_at = (select max(extracted_at) from batch)) "


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations of the loader's own tables `_extractions` and `_quarantine`."""
    return {
        "_extractions": [
            no_rows(
                "Every record received was loaded, quarantined or loaded without a forgotten person",
                "select table_name, extracted_at from batch "
                "where received_rows <> loaded_rows + quarantined_rows + coalesce(forgotten_rows, 0)",
            ),
            no_rows(
                f"At most {MOST_QUARANTINED_PERCENT} percent of a table's records were quarantined",
                NEWEST + "select table_name, quarantined_rows, received_rows from newest "
                f"where quarantined_rows * 100 > received_rows * {MOST_QUARANTINED_PERCENT}",
            ),
            no_rows(
                "The vendor's own count equals the living rows held, quarantined ones apart",
                NEWEST + "select table_name, vendor_total, living_rows from newest "
                "where vendor_total not between living_rows and living_rows + quarantine_size",
            ),
            no_rows(
                "No table lost more than half of its rows since the run before",
                "with runs as (select *, lag(living_rows) over (partition by table_name order by extracted_at) "
                "as rows_before, max(extracted_at) over () as newest_at from batch) "
                "select table_name, rows_before, living_rows from runs "
                "where extracted_at = newest_at and rows_before >= 100 and living_rows * 2 < rows_before",
            ),
        ],
        "_quarantine": [
            no_rows(
                "Nothing was quarantined",
                "select table_name, reason, count(*) as records from batch group by all",
                severity="warning",
            ),
        ],
    }
