"""What mapped exports must look like: codes of the right form, instants in a plausible order, signs that make sense.

Types, required columns and accepted values were settled when the files were read; keys are dbt's business.
"""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import Severity, never


def _rows(description: str, broken: str, severity: Severity) -> gxe.UnexpectedRowsExpectation:
    return never(description, broken, "source_record_id", severity)


def _form(column: str, pattern: str, what: str, severity: Severity) -> gxe.Expectation:
    return _rows(f"Each {column} is {what}", f"not regexp_full_match({column}, '{pattern}')", severity)


def _currency(column: str = "currency_code") -> gxe.Expectation:
    return _form(column, "[A-Z][A-Z][A-Z]", "three capital letters", "critical")


def _country() -> gxe.Expectation:
    return _form("country_code", "[A-Z][A-Z]", "two capital letters", "critical")


def _email() -> gxe.Expectation:
    return _form("email", "[^@ ]+@[^@ ]+", "an address", "warning")


def _order(first: str, last: str, severity: Severity = "warning") -> gxe.Expectation:
    return _rows(f"{first} is never after {last}", f"{first} > {last}", severity)


def _plausible(column: str) -> gxe.Expectation:
    """Two-digit years and swapped day and month formats end up outside of this."""
    return _rows(
        f"{column} is between 1980 and tomorrow",
        f"{column} < timestamp '1980-01-01' or {column} > _extracted_at + interval 1 day",
        "critical",
    )


def _not_negative(column: str, severity: Severity = "warning") -> gxe.Expectation:
    return _rows(f"{column} is not negative", f"{column} < 0", severity)


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by canonical table; an export that is not mapped leaves its table empty, and all of these hold."""
    return {
        "accounts": [_country(), _currency(), _not_negative("annual_revenue"), _not_negative("employee_count")],
        "contacts": [_country(), _email(), _plausible("created_at")],
        "leads": [
            _country(),
            _email(),
            _plausible("created_at"),
            _plausible("converted_at"),
            _order("created_at", "converted_at"),
        ],
        "opportunities": [
            _currency(),
            _plausible("created_at"),
            _plausible("closed_at"),
            _order("created_at", "closed_at"),
            _not_negative("amount"),
            _rows("A won opportunity is closed", "is_won and not is_closed", "critical"),
            _rows("A closed opportunity says when", "is_closed and closed_at is null", "critical"),
            _rows("An open opportunity has no closing instant", "not is_closed and closed_at is not null", "warning"),
        ],
        "opportunity_changes": [_plausible("changed_at")],
        "owner_changes": [
            _plausible("changed_at"),
            _rows("It is an account's owner or a contact's", "(account_id is null) = (contact_id is null)", "critical"),
        ],
        "pipeline_stages": [
            _rows("A stage that wins closes", "is_won and not is_closed", "critical"),
            _rows("A win probability is a share", "win_probability not between 0 and 1", "critical"),
        ],
        "quotas": [_currency(), _not_negative("amount"), _order("period_start_date", "period_end_date", "critical")],
        "customers": [_country(), _currency(), _email()],
        "products": [_currency(), _not_negative("list_price")],
        "exchange_rates": [
            _currency("from_currency_code"),
            _currency("to_currency_code"),
            _rows("A rate is positive", "rate <= 0", "critical"),
        ],
        "invoices": [_currency(), _plausible("issued_at")],
        "orders": [_currency(), _plausible("ordered_at"), _order("ordered_at", "cancelled_at")],
        "payments": [_currency(), _plausible("paid_at"), _not_negative("amount")],
        "refunds": [_currency(), _plausible("refunded_at"), _not_negative("amount", "critical")],
        "credit_notes": [_currency(), _plausible("issued_at"), _not_negative("net_amount", "critical")],
        "subscription_item_terms": [
            _currency(),
            _order("valid_from", "valid_to", "critical"),
            _not_negative("unit_amount", "critical"),
            _not_negative("quantity", "critical"),
            _rows("A discount is a percentage", "discount_percent not between 0 and 100", "critical"),
            _rows("A billing period has a length", "billing_interval_count < 1", "critical"),
        ],
        "marketing_spend": [_currency(), _not_negative("cost", "critical"), _not_negative("clicks")],
        "sessions": [_country(), _plausible("started_at"), _order("started_at", "ended_at")],
        "conversations": [_plausible("created_at"), _order("created_at", "solved_at")],
    }
