"""The store's records as the schema names them: shop, products, customers; orders are made next door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ingestion.sandbox.facts import UNIT_CRM, Company, Facts, Order, Person, Product, crm_id, view
from ingestion.sandbox.vendors.shopify.connections import Connect
from ingestion.sandbox.vendors.shopify.index import HOST, Index, Record, gid, iso
from ingestion.sandbox.vendors.shopify.money import NOTHING, SHOP_CURRENCY, Rates, money
from ingestion.sandbox.vendors.shopify.orders import Orders

FIRST_PRODUCT, FIRST_VARIANT = 7_001, 41_001


class Store:
    """Everything the store has. `by_id` finds any record by its global id."""

    def __init__(self, facts: Facts, connect: Connect) -> None:
        store = view(facts, "shopify")
        self._facts = store
        self._connect = connect
        self._companies = {company.company_id: company for company in store.companies}
        self._index = Index()
        self.by_id = self._index.by_id
        self.products = [self._product(index, product) for index, product in enumerate(self._goods())]
        self.variants = [record["_variant"] for record in self.products]
        by_sku = {record["_sku"]: record["_variant"] for record in self.products}
        self._orders = Orders(self._index, Rates(store), connect, by_sku)
        kept = [order for order in store.orders if order.deleted_at is None]
        people = {person.person_id: person for person in store.people}
        orders_of: dict[int, list[Order]] = {}
        for order in kept:
            orders_of.setdefault(order.person_id, []).append(order)
        customers = {number: self._customer(people[number], orders) for number, orders in orders_of.items()}
        self.customers = [customers[number] for number in sorted(customers)]
        self.orders = [self._orders.render(order, customers[order.person_id]) for order in kept]
        self.shop = self._index.keep("Shop", 1, self._shop())

    def _shop(self) -> Record:
        return {
            "name": "Northwind Instruments",
            "email": "store@northwind.example",
            "contactEmail": "store@northwind.example",
            "url": f"https://{HOST}",
            "myshopifyDomain": HOST,
            "primaryDomain": {"id": gid("Domain", 1), "host": HOST, "url": f"https://{HOST}"},
            "currencyCode": SHOP_CURRENCY,
            "enabledPresentmentCurrencies": ["USD", "EUR", "GBP", "JPY"],
            "ianaTimezone": "Etc/UTC",
            "timezoneAbbreviation": "UTC",
            "timezoneOffsetMinutes": 0,
            "taxesIncluded": False,
            "createdAt": f"{self._facts.starts_on}T00:00:00Z",
            "plan": {"publicDisplayName": "Basic", "partnerDevelopment": False, "shopifyPlus": False},
        }

    def _goods(self) -> list[Product]:
        return [product for product in self._facts.products if product.family == "hardware"]

    def _product(self, index: int, product: Product) -> Record:
        listed = (
            price.unit_amount
            for price in self._facts.prices
            if (price.product_id, price.currency, price.interval) == (product.product_id, SHOP_CURRENCY, None)
        )
        at = iso(product.created_at)
        variant = self._index.keep(
            "ProductVariant",
            FIRST_VARIANT + index,
            {
                "title": "Default Title",
                "displayName": f"{product.name} - Default Title",
                "sku": product.product_id,
                "price": f"{next(listed, 0) / 100:.2f}",
                "position": 1,
                "taxable": True,
                "inventoryQuantity": 100,
                "inventoryItem": {
                    "id": gid("InventoryItem", FIRST_VARIANT + index),
                    "sku": product.product_id,
                    "tracked": True,
                },
                "createdAt": at,
                "updatedAt": at,
                "_created": product.created_at,
                "_updated": product.created_at,
            },
        )
        record = self._index.keep(
            "Product",
            FIRST_PRODUCT + index,
            {
                "title": product.name,
                "handle": product.product_id.removeprefix("prod_"),
                "status": "ACTIVE",
                "productType": product.family,
                "vendor": "Northwind Instruments",
                "tags": [],
                "createdAt": at,
                "updatedAt": at,
                "publishedAt": at,
                "totalInventory": 100,
                "isGiftCard": False,
                "hasOnlyDefaultVariant": True,
                "variants": self._connect([variant], "POSITION"),
                "_sku": product.product_id,
                "_variant": variant,
                "_created": product.created_at,
                "_updated": product.created_at,
            },
        )
        variant["product"] = record
        return record

    def _customer(self, person: Person, orders: list[Order]) -> Record:
        """A customer since the first order; each order, and whatever happens to it, changes the customer too."""
        company = self._companies[person.company_id]
        created = min(order.ordered_at for order in orders)
        changes = [order.updated_at for order in orders]
        updated = max([created, *changes, *([person.updated_at] if person.updated_at > created else [])])
        spent = sum((self._orders.paid(order) for order in orders), NOTHING)
        name = f"{person.first_name} {person.last_name}"
        address = self._address(person, company)

        def own_orders(info: Any, **arguments: Any) -> Any:
            return self._connect([self.by_id[gid("Order", order.order_id)] for order in orders])(info, **arguments)

        return self._index.keep(
            "Customer",
            person.person_id,
            {
                "firstName": person.first_name,
                "lastName": person.last_name,
                "displayName": name,
                "email": person.email,
                "phone": person.phone or None,
                "defaultEmailAddress": {
                    "emailAddress": person.email,
                    "marketingState": "SUBSCRIBED" if person.has_marketing_consent else "NOT_SUBSCRIBED",
                    "validFormat": True,
                },
                "defaultPhoneNumber": None,
                "createdAt": iso(created),
                "updatedAt": iso(updated),
                "state": "DISABLED",
                "locale": "en",
                "tags": [],
                "taxExempt": False,
                "verifiedEmail": True,
                "numberOfOrders": str(len(orders)),
                "amountSpent": money(spent.shop, SHOP_CURRENCY),
                "defaultAddress": address,
                "addresses": [address],
                "orders": own_orders,
                "metafield": self._account_metafield(company, created),
                "_created": created,
                "_updated": updated,
                "_email": person.email.lower(),
            },
        )

    def _address(self, person: Person, company: Company) -> Record:
        return {
            "id": gid("MailingAddress", person.person_id),
            "firstName": person.first_name,
            "lastName": person.last_name,
            "name": f"{person.first_name} {person.last_name}",
            "company": company.name,
            "country": company.country,
            "countryCodeV2": company.country,
        }

    def _account_metafield(self, company: Company, at: datetime) -> Callable[..., Record | None]:
        """`custom.crm_account_id`: what the store's own integration writes once the CRM has an account."""
        crm = UNIT_CRM[company.business_unit]
        has_account = crm == "hubspot" or company.account_created_at is not None

        def metafield(info: Any, key: str, namespace: str | None = None) -> Record | None:
            if not has_account or f"{namespace}.{key}" not in ("custom.crm_account_id", "None.custom.crm_account_id"):
                return None
            value = crm_id(crm, "account", company.company_id)
            return {
                "id": gid("Metafield", company.company_id),
                "namespace": "custom",
                "key": "crm_account_id",
                "value": value,
                "type": "single_line_text_field",
                "createdAt": iso(at),
                "updatedAt": iso(at),
            }

        return metafield
