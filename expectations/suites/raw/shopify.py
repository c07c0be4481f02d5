"""What must hold of a Shopify store as it arrived: sums that add up inside an order, money that moves one way."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import never, no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Table → expectations. Keys, accepted values and relationships are dbt's business."""
    return {
        "orders": [
            never(
                "Orders are neither from the future nor older than 2004",
                "created_at > _extracted_at + interval 1 day or created_at < timestamp '2004-01-01'",
                "id",
            ),
            never("No order was cancelled before it was placed", "cancelled_at < processed_at", "id", "warning"),
            never("No amount is negative", "least(total, subtotal, total_tax, total_discounts) < 0", "id"),
            never("No order gave back more than twice what it cost", "total_refunded > 2 * total + 1", "id", "warning"),
            never(
                "An order's total is its subtotal with tax and shipping, but for tips and duties",
                "total < subtotal + total_shipping + case when taxes_included then 0 else total_tax end - 0.05",
                "id",
                "warning",
            ),
            no_rows(
                "At most one order in five was cancelled",
                "select count(*) as orders, count(cancelled_at) as cancelled from batch "
                "having count(*) >= 50 and count(cancelled_at) * 5 > count(*)",
                severity="warning",
            ),
        ],
        "order_lines": [
            never("Lines sell something", "quantity <= 0", "id"),
            never("No price, discount or tax is negative", "least(unit_price, discount_amount, tax_amount) < 0", "id"),
            never("No discount exceeds its line", "discount_amount > quantity * unit_price + 0.05", "id"),
            never("No more units are left than were sold", "current_quantity > quantity", "id"),
        ],
        "order_transactions": [
            never("Amounts are not negative: the kind says which way money goes", "amount < 0", "id"),
            never("What was given back was received before", "kind = 'REFUND' and parent_id is null", "id", "warning"),
            no_rows(
                "No order gave back more than it received",
                "select order_id, currency from batch where status = 'SUCCESS' and not coalesce(test, false) "
                "group by order_id, currency having sum(amount) filter (where kind = 'REFUND') "
                "> coalesce(sum(amount) filter (where kind in ('SALE', 'CAPTURE')), 0) + 0.05",
                severity="warning",
            ),
        ],
        "refund_lines": [
            never("Refund lines give something back", "quantity <= 0", "id"),
        ],
        "refunds": [
            never("No refund gives back a negative amount", "total_refunded < 0", "id"),
        ],
        "customers": [
            never("Addresses contain an at sign", "email not like '%_@_%'", "id", "warning"),
            never("Countries are two capital letters", "not regexp_full_match(country, '[A-Z]{2}')", "id", "warning"),
        ],
        "product_variants": [
            never("No price is negative", "price < 0", "id"),
        ],
    }
