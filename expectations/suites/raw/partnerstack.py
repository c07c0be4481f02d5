"""What PartnerStack may plausibly hold: times in this century, no negative amounts, changes after creation."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Table → expectations. Keys, accepted values and relationships are dbt's business."""
    return {
        "partnerships": [
            no_rows(
                "Times were read as milliseconds: none lies before 2010 or after the run",
                "select key from batch where created_at < timestamp '2010-01-01' or created_at > _extracted_at + "
                "interval 1 day",
            ),
            no_rows(
                "Addresses contain an at sign",
                "select key from batch where email is not null and email not like '%_@_%'",
                severity="warning",
            ),
        ],
        "leads": [
            no_rows(
                "No record changed before it was made",
                "select key from batch where updated_at < created_at",
                severity="warning",
            ),
            no_rows(
                "Amounts are not negative",
                "select key from batch where amount < 0",
            ),
        ],
        "deals": [
            no_rows(
                "Times were read as milliseconds: none lies before 2010 or after the run",
                "select key from batch where created_at < timestamp '2010-01-01' or created_at > _extracted_at + "
                "interval 1 day",
            ),
            no_rows(
                "Amounts are not negative and have a currency",
                "select key from batch where amount < 0 or (amount > 0 and currency is null)",
            ),
            no_rows(
                "No record changed before it was made",
                "select key from batch where updated_at < created_at",
                severity="warning",
            ),
        ],
        "rewards": [
            no_rows(
                "Amounts are not negative",
                "select key from batch where amount < 0",
            ),
            no_rows(
                "Currencies are three letters",
                "select key from batch where not regexp_full_match(upper(currency), '[A-Z]{3}')",
            ),
            no_rows(
                "What a deal earned names the deal",
                "select key from batch where trigger_type = 'deal' and trigger_key is null",
                severity="warning",
            ),
            no_rows(
                "No single reward exceeds half of all rewards of its currency, once there are fifty",
                "select key from (select key, amount, sum(amount) over (partition by currency) as total, "
                "count(*) over (partition by currency) as rewards from batch) where rewards >= 50 and amount * 2 "
                "> total",
                severity="warning",
            ),
        ],
    }
