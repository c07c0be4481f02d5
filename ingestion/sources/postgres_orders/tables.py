"""The raw tables of an order database, whatever its own tables and columns are called. Amounts are in major units."""

from __future__ import annotations

from ingestion.tables import Column, ColumnType, RawTable


def _c(name: str, type_: ColumnType, description: str) -> Column:
    return Column(name, type_, description)


_CHANGED = _c("changed_at", "timestamp", "When the row last changed (UTC)")
_STATE = _c("state", "text", "State as the database codes it")

CUSTOMERS = RawTable(
    "customers",
    "Who orders.",
    (
        _c("customer_id", "text", "Key"),
        _c("name", "text", "Name"),
        _c("email", "text", "Contact's e-mail address"),
        _c("country", "text", "ISO 3166 alpha-2"),
        _c("currency", "text", "Default currency"),
        _c("account_reference", "text", "The CRM company's id as somebody typed it"),
        _c("created_at", "timestamp", "When the row was created (UTC)"),
        _CHANGED,
    ),
    key=("customer_id",),
)
PRODUCTS = RawTable(
    "products",
    "What is sold.",
    (
        _c("product_id", "text", "Key"),
        _c("name", "text", "Name"),
        _c("family", "text", "Product line"),
        _c("revenue_type", "text", "`recurring`, `one_off`, `services` or `usage` where the database knows"),
        _c("list_price", "decimal", "List price"),
        _c("currency", "text", "Currency of the list price"),
        _CHANGED,
    ),
    key=("product_id",),
)
ORDER_STATES = RawTable(
    "order_states",
    "What the codes in `orders.state` mean, where the database has a table for it.",
    (_STATE, _c("label", "text", "Its name")),
    key=("state",),
)
ORDERS = RawTable(
    "orders",
    "Orders of goods.",
    (
        _c("order_id", "text", "Key"),
        _c("customer_id", "text", "Who ordered"),
        _c("opportunity_reference", "text", "The CRM deal's id as somebody typed it"),
        _STATE,
        _c("currency", "text", "ISO 4217"),
        _c("ordered_at", "timestamp", "When it was placed (UTC)"),
        _c("cancelled_at", "timestamp", "When it was cancelled (UTC)"),
        _CHANGED,
    ),
    key=("order_id",),
)
ORDER_LINES = RawTable(
    "order_lines",
    "Positions of orders.",
    (
        _c("order_line_id", "text", "Key"),
        _c("order_id", "text", "Its order"),
        _c("product_id", "text", "What"),
        _c("quantity", "decimal", "Units"),
        _c("unit_amount", "decimal", "Price per unit before discount"),
        _c("discount_amount", "decimal", "Discount on the whole position"),
        _c("tax_amount", "decimal", "Tax on the whole position"),
    ),
    key=("order_line_id",),
)
REFUNDS = RawTable(
    "refunds",
    "Money given back for orders.",
    (
        _c("refund_id", "text", "Key"),
        _c("order_id", "text", "Its order"),
        _c("amount", "decimal", "As given back, positive"),
        _c("currency", "text", "ISO 4217; the order's where NULL"),
        _c("reason", "text", "As recorded"),
        _c("refunded_at", "timestamp", "When (UTC)"),
        _CHANGED,
    ),
    key=("refund_id",),
)
EXCHANGE_RATES = RawTable(
    "exchange_rates",
    "What a unit of a currency was worth.",
    (
        _c("rate_date", "date", "Day the rate holds from"),
        _c("from_currency", "text", "ISO 4217"),
        _c("to_currency", "text", "ISO 4217"),
        _c("rate", "decimal", "Units of `to_currency` for one of `from_currency`"),
    ),
    key=("rate_date", "from_currency", "to_currency"),
)

TABLES = {
    table.name: table for table in (CUSTOMERS, PRODUCTS, ORDER_STATES, ORDERS, ORDER_LINES, REFUNDS, EXCHANGE_RATES)
}
