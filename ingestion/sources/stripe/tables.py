"""The raw tables of a Stripe account. Amounts stay integers in the currency's minor unit, as Stripe sends them."""

from __future__ import annotations

from ingestion.sources.stripe.settings import MetadataKey, Settings
from ingestion.tables import Column, ColumnType, RawTable


def _c(name: str, type_: ColumnType, description: str, path: str | None = None) -> Column:
    return Column(name, type_, description, path)


_ID = _c("id", "text", "Stripe's id")
_CREATED = _c("created", "epoch_seconds", "When it was created (UTC)")
_CURRENCY = _c("currency", "text", "ISO 4217 in lower case")
_METADATA = _c("metadata", "json", "Keys and values somebody attached")


def _metadata_paths(key: MetadataKey) -> list[tuple[str, ...]]:
    """Where the value of a metadata key, or of one of several, may sit; keys may have dots."""
    return [("metadata", name) for name in ([key] if isinstance(key, str) else key)]


def customers(settings: Settings | None) -> RawTable:
    """Depends on which metadata key holds the CRM's company id."""
    key = settings.account_metadata_key if settings else Settings.model_fields["account_metadata_key"].default
    path, *others = _metadata_paths(key)
    return RawTable(
        "customers",
        "Customers; a deleted one keeps what its last event said and has `deleted` set.",
        (
            _ID,
            _c("name", "text", "Name on the bill"),
            _c("email", "text", "E-mail address bills go to"),
            _CURRENCY,
            _c("country", "text", "ISO 3166 alpha-2 of the billing address", "address.country"),
            Column(
                "metadata_account",
                "text",
                "The CRM company's id from the configured metadata key",
                path,
                or_else=tuple(others),
            ),
            _METADATA,
            _CREATED,
            _c("deleted", "bool", "True for a deleted customer, otherwise NULL"),
        ),
        key=("id",),
    )


def products(settings: Settings | None) -> RawTable:
    """Depends on which metadata key holds the product line."""
    key = settings.family_metadata_key if settings else Settings.model_fields["family_metadata_key"].default
    return RawTable(
        "products",
        "Products, archived ones included.",
        (
            _ID,
            _c("name", "text", "Name"),
            _c("active", "bool", "Still on sale"),
            _c("metadata_family", "text", "Product line from the configured metadata key", f"metadata.{key}"),
            _METADATA,
            _CREATED,
            _c("updated", "epoch_seconds", "When it last changed (UTC)"),
        ),
        key=("id",),
    )


def subscriptions(settings: Settings | None) -> RawTable:
    """Depends on which metadata key holds the CRM's deal id."""
    key = settings.opportunity_metadata_key if settings else Settings.model_fields["opportunity_metadata_key"].default
    path, *others = _metadata_paths(key)
    return RawTable(
        "subscriptions",
        "Subscriptions in every status, cancelled ones included.",
        (
            _ID,
            _c("customer", "text", "Customer's id"),
            _c("status", "text", "Stripe's status"),
            _CURRENCY,
            _CREATED,
            _c("start_date", "epoch_seconds", "When it started (UTC), which backdating puts before `created`"),
            _c("trial_start", "epoch_seconds", "When the trial began (UTC)"),
            _c("trial_end", "epoch_seconds", "When the trial ends or ended (UTC)"),
            _c("cancel_at_period_end", "bool", "Will not renew"),
            _c("canceled_at", "epoch_seconds", "When cancellation was requested (UTC)"),
            _c("ended_at", "epoch_seconds", "When service stopped (UTC)"),
            _c("cancellation_reason", "text", "Why it ended", "cancellation_details.reason"),
            _c(
                "pause_behavior",
                "text",
                "What happens to invoices while collection is paused",
                "pause_collection.behavior",
            ),
            _c("pause_resumes_at", "epoch_seconds", "Planned end of the pause (UTC)", "pause_collection.resumes_at"),
            Column(
                "metadata_opportunity",
                "text",
                "The CRM deal's id from the configured metadata key",
                path,
                or_else=tuple(others),
            ),
            _METADATA,
            _c("discounts", "json", "Discounts in force, expanded with their coupons"),
            _c("items", "json", "All items now on the subscription", "items.data"),
        ),
        key=("id",),
    )


def invoices(settings: Settings | None) -> RawTable:
    """Depends on which metadata key holds the order system's id."""
    key = settings.order_metadata_key if settings else Settings.model_fields["order_metadata_key"].default
    return RawTable(
        "invoices",
        "Invoices, drafts included.",
        (
            _ID,
            _c("number", "text", "Number on the bill"),
            _c("customer", "text", "Customer's id"),
            _c("customer_name", "text", "Customer's name when it was finalised"),
            _c("customer_email", "text", "Customer's e-mail address when it was finalised"),
            _c("customer_country", "text", "Customer's country when it was finalised", "customer_address.country"),
            _c("subscription", "text", "Subscription's id", "parent.subscription_details.subscription"),
            _c("status", "text", "`draft`, `open`, `paid`, `void`, `uncollectible`"),
            _c("billing_reason", "text", "Why it was made"),
            _CURRENCY,
            _c("total", "bigint", "After discounts, with tax, in minor units"),
            _c("total_excluding_tax", "bigint", "After discounts, without tax, in minor units"),
            _c("amount_paid", "bigint", "Paid so far in minor units"),
            _c("attempt_count", "bigint", "Automatic attempts to collect it"),
            _c("discounts", "json", "Discounts on the invoice, expanded with their coupons"),
            _METADATA,
            _c("metadata_order", "text", "The order system's id from the configured metadata key", f"metadata.{key}"),
            _CREATED,
            _c("due_date", "epoch_seconds", "When it is due (UTC)"),
            _c("finalized_at", "epoch_seconds", "When it was finalised (UTC)", "status_transitions.finalized_at"),
            _c("paid_at", "epoch_seconds", "When it was paid in full (UTC)", "status_transitions.paid_at"),
            _c("voided_at", "epoch_seconds", "When it was voided (UTC)", "status_transitions.voided_at"),
            _c(
                "marked_uncollectible_at",
                "epoch_seconds",
                "When it was given up (UTC)",
                "status_transitions.marked_uncollectible_at",
            ),
            _c("deleted", "bool", "True for a deleted draft, otherwise NULL"),
        ),
        key=("id",),
    )


PRICES = RawTable(
    "prices",
    "Prices, archived ones included; a price's amount and interval never change.",
    (
        _ID,
        _c("product", "text", "Product's id"),
        _CURRENCY,
        _c(
            "unit_amount_decimal", "decimal", "Price per unit and period in minor units, with fractions; NULL if tiered"
        ),
        _c("billing_scheme", "text", "`per_unit` or `tiered`"),
        _c("type", "text", "`recurring` or `one_time`"),
        _c("interval", "text", "`day`, `week`, `month`, `year`; NULL for a one-off price", "recurring.interval"),
        _c("interval_count", "bigint", "Intervals per billing period", "recurring.interval_count"),
        _c("usage_type", "text", "`licensed` or `metered`", "recurring.usage_type"),
        _c("active", "bool", "Still on sale"),
        _CREATED,
    ),
    key=("id",),
)
COUPONS = RawTable(
    "coupons",
    "Coupons that can still be redeemed or were; what a discount takes off.",
    (
        _ID,
        _c("name", "text", "Name"),
        _c("percent_off", "decimal", "Percent taken off, 0 to 100"),
        _c("amount_off", "bigint", "Amount taken off in minor units"),
        _CURRENCY,
        _c("duration", "text", "`once`, `repeating`, `forever`"),
        _c("duration_in_months", "bigint", "Months of a repeating one"),
        _CREATED,
    ),
    key=("id",),
)
SUBSCRIPTION_ITEMS = RawTable(
    "subscription_items",
    "Priced positions of subscriptions. One no longer listed in its subscription's `items` was removed.",
    (
        _ID,
        _c("subscription", "text", "Subscription's id"),
        _c("price", "text", "Price's id", "price.id"),
        _c("product", "text", "Product's id", "price.product"),
        _c("quantity", "bigint", "Units; NULL when metered"),
        _c("current_period_start", "epoch_seconds", "Start of the running billing period (UTC)"),
        _c("current_period_end", "epoch_seconds", "End of the running billing period (UTC)"),
        _c("discounts", "json", "Discounts on this item, expanded"),
        _CREATED,
    ),
    key=("id",),
)
_ITEM, _ADDED = "parent.subscription_item_details", "parent.invoice_item_details"
INVOICE_LINES = RawTable(
    "invoice_lines",
    "Lines of finalised invoices, which never change again.",
    (
        _ID,
        _c("invoice", "text", "Invoice's id"),
        _CURRENCY,
        _c("amount", "bigint", "In minor units, before discount, without exclusive tax; negative for a credit"),
        _c("quantity", "bigint", "Units"),
        _c("description", "text", "Text on the bill"),
        _c("price", "text", "Price's id", "pricing.price_details.price"),
        _c("product", "text", "Product's id", "pricing.price_details.product"),
        _c("unit_amount_decimal", "decimal", "Price per unit in minor units", "pricing.unit_amount_decimal"),
        _c("subscription", "text", "Subscription's id", f"{_ITEM}.subscription"),
        _c("subscription_item", "text", "Subscription item's id", f"{_ITEM}.subscription_item"),
        _c("proration", "bool", "Arises from a change inside a period (subscription line)", f"{_ITEM}.proration"),
        _c(
            "credited_items",
            "json",
            "Lines this one gives back; NULL for a charge",
            f"{_ITEM}.proration_details.credited_items",
        ),
        _c("invoice_item_proration", "bool", "The same on a line made from an invoice item", f"{_ADDED}.proration"),
        _c("period_start", "epoch_seconds", "First instant served (UTC)", "period.start"),
        _c("period_end", "epoch_seconds", "First instant no longer served (UTC)", "period.end"),
        _c("discount_amounts", "json", "Amount of each discount on this line in minor units"),
        _c("discounts", "json", "Discounts on the line itself, expanded"),
        _c("taxes", "json", "Taxes on this line in minor units"),
    ),
    key=("id",),
)
INVOICE_PAYMENTS = RawTable(
    "invoice_payments",
    "Payments made or tried against invoices.",
    (
        _ID,
        _c("invoice", "text", "Invoice's id"),
        _CURRENCY,
        _c("amount_paid", "bigint", "Paid in minor units, tax included; NULL unless it succeeded"),
        _c("amount_requested", "bigint", "Asked for in minor units, tax included"),
        _c("status", "text", "`open`, `paid`, `canceled`"),
        _c("payment_type", "text", "What stands behind it, such as `payment_intent`", "payment.type"),
        _c("payment_intent", "text", "Payment intent's id", "payment.payment_intent"),
        _c("charge", "text", "Charge's id", "payment.charge"),
        _CREATED,
        _c("paid_at", "epoch_seconds", "When it succeeded (UTC)", "status_transitions.paid_at"),
        _c("canceled_at", "epoch_seconds", "When it was given up (UTC)", "status_transitions.canceled_at"),
    ),
    key=("id",),
)
CHARGES = RawTable(
    "charges",
    "Attempts to take money; the failed ones are found nowhere else.",
    (
        _ID,
        _c("customer", "text", "Customer's id"),
        _c("payment_intent", "text", "Payment intent's id"),
        _CURRENCY,
        _c("amount", "bigint", "Asked for in minor units, tax included"),
        _c("status", "text", "`succeeded`, `pending`, `failed`"),
        _c("failure_code", "text", "Why it failed"),
        _CREATED,
    ),
    key=("id",),
)
CREDIT_NOTES = RawTable(
    "credit_notes",
    "Credit notes on finalised invoices.",
    (
        _ID,
        _c("number", "text", "Number on the note"),
        _c("invoice", "text", "Invoice's id"),
        _c("customer", "text", "Customer's id"),
        _CURRENCY,
        _c("total", "bigint", "With tax, in minor units, positive"),
        _c("total_excluding_tax", "bigint", "Without tax, in minor units, positive"),
        _c("status", "text", "`issued` or `void`"),
        _c("reason", "text", "As recorded"),
        _CREATED,
        _c("voided_at", "epoch_seconds", "When it was voided (UTC)"),
    ),
    key=("id",),
)
REFUNDS = RawTable(
    "refunds",
    "Money given back.",
    (
        _ID,
        _c("charge", "text", "Charge's id"),
        _c("payment_intent", "text", "Payment intent's id"),
        _CURRENCY,
        _c("amount", "bigint", "In minor units, positive"),
        _c("reason", "text", "As recorded"),
        _c("status", "text", "`succeeded`, `pending`, `failed`, `canceled`, `requires_action`"),
        _CREATED,
    ),
    key=("id",),
)
REVENUE_TYPE_RULES = RawTable(
    "revenue_type_rules",
    "Which products count as services, as the settings say; written by this connector, not by Stripe.",
    (
        _c("attribute", "text", "`family` or `name`: what of the product is compared"),
        _c("value", "text", "What it must equal, in lower case"),
        _c("revenue_type", "text", "How that product's revenue behaves"),
    ),
    key=("attribute", "value"),
    write="replace",
)


def all_tables(settings: Settings | None) -> tuple[RawTable, ...]:
    """Every raw table, in the order in which they are read."""
    return (
        REVENUE_TYPE_RULES,
        products(settings),
        PRICES,
        COUPONS,
        subscriptions(settings),
        SUBSCRIPTION_ITEMS,
        invoices(settings),
        INVOICE_LINES,
        INVOICE_PAYMENTS,
        CHARGES,
        CREDIT_NOTES,
        REFUNDS,
        customers(settings),
    )
