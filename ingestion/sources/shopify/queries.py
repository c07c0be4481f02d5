"""What is asked of Shopify, in GraphQL: each list with its fields, and the list inside each of its records."""

from __future__ import annotations

from dataclasses import dataclass

PAGE_INFO = "pageInfo { hasNextPage endCursor }"
_MONEY = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }"


@dataclass(frozen=True)
class Nested:
    """A connection inside a record."""

    field: str
    selection: str

    @property
    def paged(self) -> str:
        """Its first page, of `$nested` records."""
        return f"{self.field}(first: $nested) {{ nodes {{ {self.selection} }} {PAGE_INFO} }}"


@dataclass(frozen=True)
class Resource:
    """A list of the shop: the query's field, the type of its records, their fields, and at most one list in them."""

    field: str
    type: str
    selection: str
    nested: Nested | None = None

    @property
    def paged(self) -> str:
        """A record's fields, with the first page of the list inside it."""
        return f"{self.selection} {self.nested.paged}" if self.nested else self.selection

    @property
    def bulk(self) -> str:
        """A record's fields as a bulk operation takes them: without pages."""
        if self.nested is None:
            return self.selection
        return f"{self.selection} {self.nested.field} {{ edges {{ node {{ {self.nested.selection} }} }} }}"

    @property
    def count(self) -> str:
        """The query's field that counts the list."""
        return f"{self.field}Count"


REFUND_LINES = Nested(
    "refundLineItems",
    f"id quantity restockType lineItem {{ id }} subtotalSet {_MONEY} totalTaxSet {_MONEY}",
)
REFUND_TRANSACTIONS = Nested("transactions", "id")
REFUND = f"""id createdAt updatedAt note order {{ id updatedAt }} totalRefundedSet {_MONEY}
    {REFUND_LINES.paged} {REFUND_TRANSACTIONS.paged}"""
"""Refunds are asked for by their ids: a bulk operation refuses a connection within a list, which order.refunds is."""

ORDERS = Resource(
    "orders",
    "Order",
    f"""id name createdAt processedAt updatedAt cancelledAt cancelReason closedAt test taxesIncluded sourceName tags
    displayFinancialStatus displayFulfillmentStatus returnStatus customer {{ id }} customAttributes {{ key value }}
    subtotalPriceSet {_MONEY} totalDiscountsSet {_MONEY} totalTaxSet {_MONEY} totalShippingPriceSet {_MONEY}
    totalPriceSet {_MONEY} totalRefundedSet {_MONEY}
    fulfillments {{ id createdAt deliveredAt displayStatus }}
    transactions {{
        id kind status gateway errorCode test createdAt processedAt parentTransaction {{ id }} amountSet {_MONEY}
    }}
    refunds {{ id }}""",
    Nested(
        "lineItems",
        f"""id title sku vendor quantity currentQuantity isGiftCard product {{ id }} variant {{ id }}
        originalUnitPriceSet {_MONEY} originalTotalSet {_MONEY}
        discountAllocations {{ allocatedAmountSet {_MONEY} }} taxLines {{ title rate priceSet {_MONEY} }}""",
    ),
)
PRODUCTS = Resource(
    "products",
    "Product",
    "id title productType status vendor isGiftCard createdAt updatedAt",
    Nested("variants", "id title sku price createdAt updatedAt"),
)
VARIANT_IDS = Resource("productVariants", "ProductVariant", "id")


def customers(account_metafield: str) -> Resource:
    """Customers, with the metafield (`namespace.key`) that names the CRM's account."""
    namespace, key = account_metafield.rsplit(".", 1)
    return Resource(
        "customers",
        "Customer",
        f"""id displayName firstName lastName state createdAt updatedAt
        defaultEmailAddress {{ emailAddress marketingState }} defaultAddress {{ company countryCodeV2 }}
        account: metafield(namespace: "{namespace}", key: "{key}") {{ value }}""",
    )


SHOP = "{ shop { id name currencyCode ianaTimezone } }"
SCOPES = "{ currentAppInstallation { accessScopes { handle } } }"
RUN_BULK = """mutation ($query: String!) {
    bulkOperationRunQuery(query: $query) { bulkOperation { id status } userErrors { field message } }
}"""
POLL_BULK = """query ($id: ID!) {
    node(id: $id) { ... on BulkOperation { id status errorCode objectCount url } }
}"""
