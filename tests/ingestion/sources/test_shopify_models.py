"""Shopify's staging models against the shop that was served."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.ingestion.sources.shopify_records import RATE, modelled_shop

Query = Callable[[str], list[tuple[Any, ...]]]
Load = Callable[[str, dict[str, Any]], None]
OF_SHOP = "where source = 'shopify'"


def fill(load: Load) -> None:
    with modelled_shop() as settings:
        load("shopify", settings)


def test_customers_are_companies_where_they_have_one(canonical: Query) -> None:
    found = canonical(
        f"select source_record_id, name, email, country_code, account_reference from canonical.customers {OF_SHOP} "
        "order by 1"
    )
    assert found == [
        ("1", "Buyer 1", "person1@buyer.example", "DE", "7001"),
        ("2", "Person 2", "person2@buyer.example", "DE", None),
    ]


def test_products_have_a_list_price_where_their_variants_agree(canonical: Query) -> None:
    found = canonical(
        "select source_record_id, family, revenue_type, list_price, currency_code, is_deleted from canonical.products "
        f"{OF_SHOP} order by 1"
    )
    assert found == [
        ("1", "Scanners", "one_off", Decimal(25), "USD", False),
        ("2", "Scanners", "one_off", None, None, True),
    ]


def test_orders_are_in_dollars_and_tests_are_none(canonical: Query) -> None:
    found = canonical(
        "select source_record_id, status, currency_code, net_amount, tax_amount, opportunity_reference, ordered_at "
        f"from canonical.orders {OF_SHOP} order by 1"
    )
    assert [row[:2] for row in found] == [
        *((number, "delivered") for number in "123456"),
        ("7", "cancelled"),
        ("8", "delivered"),
    ]
    assert found[0][2:] == ("USD", Decimal(45), Decimal(9), "9001", datetime(2024, 1, 1, 0, 10))
    assert found[2][2:5] == ("USD", 90 * RATE, 18 * RATE)


def test_lines_add_up_to_their_orders_without_shipping(canonical: Query) -> None:
    found = canonical(
        "select orders.source_record_id, orders.net_amount, sum(lines.net_amount), sum(lines.tax_amount) "
        "from canonical.orders join canonical.order_lines as lines using (order_id) "
        "where orders.source = 'shopify' group by all"
    )
    assert len(found) == 8
    for number, net, of_lines, _ in found:
        assert net == of_lines, number


def test_prices_that_include_tax_are_taken_apart(canonical: Query) -> None:
    found = canonical(
        "select quantity, unit_amount, discount_amount, net_amount, tax_amount, product_id from canonical.order_lines "
        "where order_id = 'shopify:8' and source_record_id = '8000'"
    )
    assert found == [(2, Decimal("20.5"), 5, 36, 9, "shopify:1")]


def test_payments_are_captures_and_failures(canonical: Query) -> None:
    found = canonical(
        f"select source_record_id, order_id, customer_id, amount, is_successful from canonical.payments {OF_SHOP} "
        "and order_id in ('shopify:1', 'shopify:8') order by 1"
    )
    assert found == [
        ("1001", "shopify:1", "shopify:2", Decimal(54), True),
        ("8001", "shopify:8", "shopify:1", Decimal(108), True),
        ("8003", "shopify:8", "shopify:1", Decimal(90), False),
    ]


def test_refunds_name_the_payment_given_back_and_why(canonical: Query) -> None:
    found = canonical(
        f"select source_record_id, payment_id, order_id, amount, currency_code, reason from canonical.refunds {OF_SHOP}"
    )
    assert found == [("2002", "shopify:2001", "shopify:2", Decimal(81), "USD", "damaged")]
