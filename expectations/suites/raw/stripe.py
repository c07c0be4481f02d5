"""What must hold of a Stripe account as it arrived."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import Severity, never


def _never(
    description: str, where: str, severity: Severity = "critical", columns: str = "id"
) -> gxe.UnexpectedRowsExpectation:
    return never(description, where, columns, severity)


def _currency() -> gxe.UnexpectedRowsExpectation:
    return _never("Currencies are ISO 4217 in lower case", "not regexp_full_match(currency, '[a-z]{3}')")


_DELETED = "not _is_deleted and not coalesce(deleted, false)"


def suite() -> dict[str, list[gxe.Expectation]]:
    """Raw table → expectations."""
    return {
        "customers": [
            _never(
                "Living customers have a time of creation, neither before Stripe existed nor in the future",
                f"{_DELETED} and (created is null or created < timestamp '2010-01-01' "
                "or created > _extracted_at + interval 1 day)",
            ),
            _never("E-mail addresses have one @", f"{_DELETED} and email not like '%_@_%'", "warning"),
            _never("Countries are two capital letters", "not regexp_matches(country, '^[A-Z]{2}$')", "warning"),
            gxe.UnexpectedRowsExpectation(
                description="At least half of the customers carry the CRM company's id in the configured metadata key",
                unexpected_rows_query="select count(*) as customers, count(metadata_account) as with_reference "
                f"from {{batch}} where {_DELETED} having count(metadata_account) * 2 < count(*)",
                severity="warning",
            ),
        ],
        "prices": [
            _currency(),
            _never("Prices are not negative", "unit_amount_decimal < 0"),
            _never(
                "A recurring price has an interval and a count of at least one, a one-off price neither",
                "(type = 'recurring') <> (interval is not null) or (interval is not null and interval_count < 1)",
            ),
            _never(
                "Prices are per unit: a tiered price's unit amount is taken from bills and only approximate",
                "billing_scheme = 'tiered' and type = 'recurring' and active",
                "warning",
            ),
        ],
        "coupons": [
            _never(
                "A coupon takes off a percentage up to 100 or an amount, not both",
                "(percent_off is null) = (amount_off is null) or percent_off not between 0 and 100 or amount_off < 0",
            ),
        ],
        "subscriptions": [
            _currency(),
            _never("A subscription does not end before it starts", "ended_at < start_date"),
            _never("A cancelled subscription says when it ended", "status = 'canceled' and ended_at is null"),
            _never("A running subscription has not ended", "status in ('active', 'trialing') and ended_at is not null"),
            _never("A trial lies within its subscription", "trial_end < trial_start or trial_end < start_date"),
            _never(
                "Every subscription that runs has an item",
                "status in ('active', 'trialing', 'past_due') and coalesce(json_array_length(items), 0) = 0",
            ),
        ],
        "subscription_items": [
            _never("Quantities are not negative", "quantity < 0"),
            _never("Billing periods have a length", "current_period_end <= current_period_start"),
        ],
        "invoices": [
            _currency(),
            _never(
                "Tax has the sign of the total",
                "total_excluding_tax is not null and (total - total_excluding_tax) * sign(total) < 0",
            ),
            _never("A paid invoice says when", "status = 'paid' and paid_at is null"),
            _never("A voided invoice says when", "status = 'void' and voided_at is null"),
            _never("No invoice is paid before it is made", "paid_at < created"),
            _never(
                "An invoice paid in full was not paid less than it asks for",
                "status = 'paid' and total > 0 and amount_paid = 0",
                "warning",
            ),
            gxe.UnexpectedRowsExpectation(
                description="At most one finalised invoice in ten is void",
                unexpected_rows_query="select count(*) filter (where status = 'void') as void, count(*) as invoices "
                "from {batch} where status <> 'draft' "
                "having count(*) >= 50 and count(*) filter (where status = 'void') * 10 > count(*)",
                severity="warning",
            ),
        ],
        "invoice_lines": [
            _currency(),
            _never("Service periods do not run backwards", "period_end < period_start"),
            _never("Only changes inside a period give a negative subscription line",
                   "amount < 0 and subscription_item is not null and not coalesce(proration, false)"),
            _never("A line of a subscription names its item and price",
                   "subscription is not null and (subscription_item is null or price is null)"),
            _never("Quantities are not negative", "quantity < 0"),
        ],
        "invoice_payments": [
            _currency(),
            _never("Amounts are not negative", "amount_paid < 0 or amount_requested < 0"),
            _never("What is paid has an amount and a time",
                   "status = 'paid' and (amount_paid is null or paid_at is null)"),
        ],
        "charges": [_currency(), _never("Amounts are not negative", "amount < 0")],
        "credit_notes": [_currency(), _never("Credit notes are not negative", "total < 0 or total_excluding_tax < 0")],
        "refunds": [_currency(), _never("Refunds give something back", "amount <= 0")],
    }  # fmt: skip
