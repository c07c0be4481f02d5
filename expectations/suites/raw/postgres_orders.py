"""What must hold of an order database as it arrived."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import Severity, never


def _never(
    description: str, where: str, columns: str, severity: Severity = "critical"
) -> gxe.UnexpectedRowsExpectation:
    return never(description, f"not _is_deleted and ({where})", columns, severity)


def suite() -> dict[str, list[gxe.Expectation]]:
    """Raw table → expectations."""
    return {
        "customers": [
            _never("E-mail addresses have one @", "email not like '%_@_%'", "customer_id", "warning"),
            _never("Countries are two letters", "not regexp_matches(trim(country), '^[A-Za-z]{2}$')", "customer_id"),
        ],
        "orders": [
            _never("Orders have a customer", "customer_id is null", "order_id"),
            _never(
                "Orders have a currency of three letters",
                "currency is null or not regexp_matches(trim(currency), '^[A-Za-z]{3}$')",
                "order_id",
            ),
            _never(
                "Orders are neither from the future nor older than 1990",
                "ordered_at is null or ordered_at > _extracted_at + interval 1 day "
                "or ordered_at < timestamp '1990-01-01'",
                "order_id",
            ),
            _never("Nothing is cancelled before it was ordered", "cancelled_at < ordered_at", "order_id"),
            _never("No order changed before it was placed", "changed_at < ordered_at", "order_id", "warning"),
            gxe.UnexpectedRowsExpectation(
                description="At most one order in five was cancelled",
                unexpected_rows_query="select count(*) as orders, count(cancelled_at) as cancelled from {batch} "
                "where not _is_deleted having count(*) >= 50 and count(cancelled_at) * 5 > count(*)",
                severity="warning",
            ),
        ],
        "order_lines": [
            _never("Quantities are positive", "quantity is null or quantity <= 0", "order_line_id"),
            _never("Prices and discounts are not negative", "unit_amount < 0 or discount_amount < 0", "order_line_id"),
            _never("No discount exceeds its position", "discount_amount > quantity * unit_amount", "order_line_id"),
            _never(
                "Tax is at most 40 percent of its position",
                "tax_amount > 0.4 * (quantity * unit_amount - coalesce(discount_amount, 0)) + 1",
                "order_line_id",
                "warning",
            ),
        ],
        "refunds": [
            _never("Refunds give something back", "amount is null or amount <= 0", "refund_id"),
            _never("Refunds belong to an order", "order_id is null", "refund_id"),
        ],
        "exchange_rates": [
            _never("Rates are positive", "rate is null or rate <= 0", "rate_date, from_currency"),
            gxe.UnexpectedRowsExpectation(
                description="A rate moves by less than a fifth from one fixing to the next",
                unexpected_rows_query="select rate_date, from_currency, rate from (select *, lag(rate) over ("
                "partition by from_currency, to_currency order by rate_date) as rate_before from {batch} "
                "where not _is_deleted) where abs(rate - rate_before) * 5 > rate_before",
                severity="warning",
            ),
            gxe.UnexpectedRowsExpectation(
                description="Every currency is fixed at least every ten days",
                unexpected_rows_query="select rate_date, from_currency from (select *, lag(rate_date) over ("
                "partition by from_currency, to_currency order by rate_date) as date_before from {batch} "
                "where not _is_deleted) where rate_date - date_before > 10",
                severity="warning",
            ),
        ],
    }
