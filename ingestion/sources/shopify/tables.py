"""Shopify's raw tables. Which currency their amounts are in is a setting; the record keeps both."""

from __future__ import annotations

from typing import Literal

from ingestion.tables import Column, RawTable

Money = Literal["shop", "presentment"]

SHOP = RawTable(
    "shop",
    "One row: the shop itself.",
    (
        Column("id", "text", "Shop id"),
        Column("name", "text", "Name"),
        Column("currency", "text", "Shop currency, ISO 4217", path="currencyCode", required=True),
        Column("time_zone", "text", "Time zone of its reports", path="ianaTimezone"),
    ),
    key=("id",),
    write="replace",
)
CUSTOMERS = RawTable(
    "customers",
    "Who orders.",
    (
        Column("id", "text", "Customer id"),
        Column("display_name", "text", "Name, or the address where there is none", path="displayName"),
        Column("first_name", "text", "First name", path="firstName"),
        Column("last_name", "text", "Last name", path="lastName"),
        Column("company", "text", "Company of the default address", path="defaultAddress.company"),
        Column("email", "text", "E-mail address", path="defaultEmailAddress.emailAddress"),
        Column("marketing_state", "text", "E-mail consent", path="defaultEmailAddress.marketingState"),
        Column("country", "text", "ISO 3166 alpha-2, of the default address", path="defaultAddress.countryCodeV2"),
        Column("state", "text", "State of the customer account"),
        Column("account_reference", "text", "CRM account's id, from the configured metafield", path="account.value"),
        Column("created_at", "timestamp", "Created", path="createdAt", required=True),
        Column("updated_at", "timestamp", "Last change", path="updatedAt", required=True),
    ),
    key=("id",),
    version="updated_at",
)
PRODUCTS = RawTable(
    "products",
    "What is sold, archived products included.",
    (
        Column("id", "text", "Product id"),
        Column("title", "text", "Name"),
        Column("product_type", "text", "Product line", path="productType"),
        Column("status", "text", "`ACTIVE`, `ARCHIVED`, `DRAFT`, `UNLISTED`"),
        Column("vendor", "text", "Maker"),
        Column("is_gift_card", "bool", "A gift card", path="isGiftCard"),
        Column("created_at", "timestamp", "Created", path="createdAt", required=True),
        Column("updated_at", "timestamp", "Last change", path="updatedAt", required=True),
    ),
    key=("id",),
    version="updated_at",
)
VARIANTS = RawTable(
    "product_variants",
    "A product in one make: what an order line names.",
    (
        Column("id", "text", "Variant id"),
        Column("product_id", "text", "Its product", required=True),
        Column("title", "text", "What sets it apart"),
        Column("sku", "text", "Stock keeping unit"),
        Column("price", "decimal", "Price in the shop currency"),
        Column("created_at", "timestamp", "Created", path="createdAt"),
        Column("updated_at", "timestamp", "Last change", path="updatedAt"),
        Column("product_updated_at", "timestamp", "Last change of its product", required=True),
    ),
    key=("id",),
    version="product_updated_at",
)
_REFUND = (
    Column("id", "text", "Refund id"),
    Column("order_id", "text", "Its order", required=True),
    Column("created_at", "timestamp", "Created", path="createdAt", required=True),
    Column("note", "text", "Reason as typed in"),
    Column("transaction_ids", "json", "The transactions that gave the money back: [id]"),
    Column("order_updated_at", "timestamp", "Last change of its order", required=True),
)


def all_tables(money: Money) -> tuple[RawTable, ...]:
    """Every raw table, amounts read in the currency asked for."""

    def amount(name: str, description: str, field: str, required: bool = False) -> Column:
        return Column(name, "decimal", description, f"{field}.{money}Money.amount", required)

    def currency(field: str) -> Column:
        return Column("currency", "text", "ISO 4217", f"{field}.{money}Money.currencyCode", required=True)

    orders = RawTable(
        "orders",
        "Orders, cancelled and archived ones included.",
        (
            Column("id", "text", "Order id"),
            Column("name", "text", "Number people see, such as `#1001`"),
            Column("customer_id", "text", "Who ordered", path="customer.id"),
            Column("opportunity_reference", "text", "CRM deal's id, from the configured additional detail"),
            Column("financial_status", "text", "State of payment", path="displayFinancialStatus"),
            Column("fulfillment_status", "text", "State of delivery", path="displayFulfillmentStatus"),
            Column("return_status", "text", "State of returns", path="returnStatus"),
            Column("fulfillments", "json", "Parcels: [{id, createdAt, deliveredAt, displayStatus}]"),
            Column("cancel_reason", "text", "Why it was cancelled", path="cancelReason"),
            Column("test", "bool", "A test order"),
            Column("taxes_included", "bool", "Prices and the subtotal include tax", path="taxesIncluded"),
            currency("totalPriceSet"),
            amount("subtotal", "Lines after discounts, before returns", "subtotalPriceSet"),
            amount("total_discounts", "Discounts", "totalDiscountsSet"),
            amount("total_tax", "Tax, that of shipping included", "totalTaxSet"),
            amount("total_shipping", "Shipping after discounts", "totalShippingPriceSet"),
            amount("total", "What was to be paid", "totalPriceSet", required=True),
            amount("total_refunded", "Given back so far", "totalRefundedSet"),
            Column("created_at", "timestamp", "Created", path="createdAt", required=True),
            Column("processed_at", "timestamp", "Placed: earlier than created where imported", path="processedAt"),
            Column("cancelled_at", "timestamp", "Cancelled", path="cancelledAt"),
            Column("closed_at", "timestamp", "Archived", path="closedAt"),
            Column("updated_at", "timestamp", "Last change", path="updatedAt", required=True),
        ),
        key=("id",),
        version="updated_at",
    )
    lines = RawTable(
        "order_lines",
        "Positions of orders as sold: units returned or taken off since still count.",
        (
            Column("id", "text", "Line id"),
            Column("order_id", "text", "Its order", required=True),
            Column("product_id", "text", "Product; empty once that is deleted", path="product.id"),
            Column("variant_id", "text", "Variant; empty once that is deleted", path="variant.id"),
            Column("title", "text", "Name as sold"),
            Column("sku", "text", "Stock keeping unit"),
            Column("is_gift_card", "bool", "A gift card", path="isGiftCard"),
            Column("quantity", "bigint", "Units sold", required=True),
            Column("current_quantity", "bigint", "Units left after returns and edits", path="currentQuantity"),
            amount("unit_price", "Price per unit before discount", "originalUnitPriceSet", required=True),
            amount("original_total", "Price before discount", "originalTotalSet"),
            amount("discount_amount", "Discounts, its share of the order's too", "discounted", required=True),
            amount("tax_amount", "Tax on it", "taxed", required=True),
            Column("order_updated_at", "timestamp", "Last change of its order", required=True),
        ),
        key=("id",),
        version="order_updated_at",
    )
    transactions = RawTable(
        "order_transactions",
        "Payments of orders, attempts and refunds: each move of money.",
        (
            Column("id", "text", "Transaction id"),
            Column("order_id", "text", "Its order", required=True),
            Column("parent_id", "text", "The transaction captured or given back", path="parentTransaction.id"),
            Column("kind", "text", "`SALE`, `AUTHORIZATION`, `CAPTURE`, `REFUND`, `VOID` …", required=True),
            Column("status", "text", "`SUCCESS`, `FAILURE`, `ERROR`, `PENDING` …", required=True),
            Column("gateway", "text", "Who moved the money"),
            Column("error_code", "text", "Why it failed", path="errorCode"),
            Column("test", "bool", "No money moved"),
            currency("amountSet"),
            amount("amount", "Amount, positive", "amountSet", required=True),
            Column("created_at", "timestamp", "Created", path="createdAt", required=True),
            Column("processed_at", "timestamp", "When the money moved", path="processedAt"),
            Column("order_updated_at", "timestamp", "Last change of its order", required=True),
        ),
        key=("id",),
        version="order_updated_at",
    )
    refunds = RawTable(
        "refunds",
        "Returns of goods, money or both.",
        (
            *_REFUND[:4],
            currency("totalRefundedSet"),
            amount("total_refunded", "Given back", "totalRefundedSet"),
            *_REFUND[4:],
        ),
        key=("id",),
        version="order_updated_at",
    )
    refund_lines = RawTable(
        "refund_lines",
        "Units of an order's line that were returned or taken off.",
        (
            Column("id", "text", "Refund line id"),
            Column("refund_id", "text", "Its refund", required=True),
            Column("order_line_id", "text", "The line", path="lineItem.id", required=True),
            Column("quantity", "bigint", "Units", required=True),
            Column("restock_type", "text", "What became of them", path="restockType"),
            amount("subtotal", "Their price after discounts", "subtotalSet"),
            amount("tax_amount", "Tax on it", "totalTaxSet"),
            Column("order_updated_at", "timestamp", "Last change of the order", required=True),
        ),
        key=("id",),
        version="order_updated_at",
    )
    return SHOP, CUSTOMERS, PRODUCTS, VARIANTS, orders, lines, transactions, refunds, refund_lines
