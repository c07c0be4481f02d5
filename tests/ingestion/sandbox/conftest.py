"""A company of some thirty records, small enough to know by heart, and a way to serve it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ingestion.sandbox.facts import (
    BillingCustomer,
    Company,
    CreditNote,
    Deal,
    Discount,
    Engagement,
    Facts,
    History,
    Invoice,
    InvoiceLine,
    Owner,
    Payment,
    Person,
    Price,
    Product,
    Refund,
    Subscription,
    SubscriptionItem,
)
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import BEFORE_ACQUISITIONS, simulate

AS_OF = datetime(2026, 3, 31, 23, 59, 59, tzinfo=UTC)


def day(text: str) -> datetime:
    """Nine in the morning, UTC."""
    return datetime.fromisoformat(f"{text}T09:00:00+00:00")


def history(*values: tuple[str, Any]) -> History[Any]:
    (first, value), *rest = values
    told = History(day(first), value)
    for at, value in rest:
        told.set(day(at), value)
    return told


def company(number: int, name: str, **more: Any) -> Company:
    values: dict[str, Any] = {
        "domain": f"{name.lower()}.example",
        "country": "US",
        "region": "North America",
        "industry": "Logistics",
        "segment": "smb",
        "employees": 40 + number,
        "currency": "USD",
        "created_at": day("2026-01-01"),
        "owner": history(("2026-01-01", 1)),
        "acquisition_channel": "direct",
        "lifecycle": history(("2026-01-01", "lead"), ("2026-01-20", "customer")),
        "updated_at": day("2026-01-20"),
    }
    return Company(company_id=number, name=name, **{**values, **more})


def person(number: int, company_id: int, **more: Any) -> Person:
    values: dict[str, Any] = {
        "first_name": f"First{number}",
        "last_name": "Łukasz",
        "email": f"person{number}@acme.example",
        "job_title": "Buyer",
        "phone": "+1 555 0100",
        "born_at": day("2026-01-01"),
        "visitor_ids": [],
        "lifecycle": history(("2026-01-01", "lead"), ("2026-01-10", "marketingqualifiedlead")),
        "owner": history(("2026-01-01", 1)),
        "updated_at": day("2026-01-10"),
        "contact_created_at": day("2026-01-03"),
    }
    return Person(person_id=number, company_id=company_id, **{**values, **more})


def deal(number: int, **more: Any) -> Deal:
    values: dict[str, Any] = {
        "name": f"Deal {number}",
        "company_id": 11,
        "person_ids": [101],
        "created_at": day("2026-01-05"),
        "deal_type": "newbusiness",
        "currency": history(("2026-01-05", "USD")),
        "amount": history(("2026-01-05", 100_00)),
        "stage": history(("2026-01-05", "appointmentscheduled")),
        "close_date": history(("2026-01-05", date(2026, 2, 28))),
        "owner": history(("2026-01-05", 1)),
        "updated_at": day("2026-01-05"),
    }
    return Deal(deal_id=number, **{**values, **more})


def engagement(number: int, kind: str, at: str, **more: Any) -> Engagement:
    values: dict[str, Any] = {
        "owner_id": 1,
        "company_id": 11,
        "person_id": 101,
        "deal_id": 201,
        "direction": "outgoing",
        "subject": f"About {number}",
        "minutes": 15,
        "updated_at": day(at),
    }
    return Engagement(engagement_id=number, kind=kind, at=day(at), **{**values, **more})


def line(name: str, price: str, amount: int, item: str | None, quantity: int = 1, **more: Any) -> InvoiceLine:
    values: dict[str, Any] = {
        "discount_amount": 0,
        "tax_amount": 0,
        "period_start": day("2026-02-01"),
        "period_end": day("2026-03-01"),
        "is_proration": False,
        "description": name,
    }
    product = {"price_seat": "prod_seats", "price_setup": "prod_services"}.get(price, "prod_platform")
    return InvoiceLine(name, product, price, quantity, amount, subscription_item_id=item, **{**values, **more})


def invoice(name: str, subscription: str | None, at: str, lines: list[InvoiceLine], **more: Any) -> Invoice:
    values: dict[str, Any] = {
        "number": f"NW-{name}",
        "customer_id": "cus_1",
        "currency": "USD",
        "billing_reason": "subscription_cycle",
        "created_at": day(at),
        "due_date": day(at).date(),
        "status": history((at, "open")),
        "updated_at": day(at),
    }
    return Invoice(name, subscription_id=subscription, lines=lines, **{**values, **more})


def subscription(name: str, customer: str, created: str, items: list[SubscriptionItem], **more: Any) -> Subscription:
    values: dict[str, Any] = {
        "deal_id": None,
        "currency": "USD",
        "interval": "month",
        "interval_count": 1,
        "created_at": day(created),
        "periods": [(day("2026-02-01"), day("2026-03-01")), (day("2026-03-01"), day("2026-04-01"))],
        "updated_at": day(created),
    }
    return Subscription(name, customer, items=items, **{**values, **more})


def crm() -> dict[str, Any]:
    stages = (("2026-01-05", "appointmentscheduled"), ("2026-01-12", "closedlost"), ("2026-02-02", "qualifiedtobuy"))
    return {
        "owners": [
            Owner(1, "Ada", "Byron", "ada@northwind.example", "Europe", day("2025-12-01")),
            Owner(2, "Ben", "Left", "ben@northwind.example", "Support", day("2025-12-01"), day("2026-02-01")),
        ],
        "companies": [
            company(11, "Acme"),
            company(12, "Beta"),
            company(13, "Acme2", archived_at=day("2026-02-10"), merged_into=11, updated_at=day("2026-02-10")),
            company(14, "Gone", archived_at=day("2026-03-01"), updated_at=day("2026-03-01")),
        ],
        "people": [
            person(101, 11),
            person(102, 13),
            person(103, 11, contact_created_at=None),
            person(104, 11, archived_at=day("2026-02-11"), merged_into=101),
            person(105, 12, archived_at=day("2026-03-02"), updated_at=day("2026-03-02")),
        ],
        "deals": [
            deal(
                201,
                person_ids=[101, 103, 105],
                currency=history(("2026-01-05", "USD"), ("2026-01-15", "JPY")),
                amount=history(("2026-01-05", 100_00), ("2026-01-10", 150_50), ("2026-01-15", 16000)),
                close_date=history(("2026-01-05", date(2026, 2, 28)), ("2026-02-20", date(2026, 4, 30))),
                updated_at=day("2026-02-20"),
            ),
            deal(202, stage=history(*stages), loss_reason="price", updated_at=day("2026-02-02")),
            deal(203, archived_at=day("2026-03-05"), updated_at=day("2026-03-05")),
            deal(204, stage=history(("2026-01-05", "closedwon"))),
        ],
        "engagements": [
            engagement(301, "calls", "2026-01-06"),
            engagement(302, "calls", "2026-01-07", company_id=13, person_id=104, deal_id=None, direction="incoming"),
            engagement(303, "emails", "2026-01-08"),
            engagement(304, "notes", "2026-01-09", person_id=None, deal_id=None, direction=None),
            engagement(305, "meetings", "2026-01-10"),
            engagement(306, "tasks", "2026-01-11", archived_at=day("2026-01-12")),
        ],
    }


def customers() -> list[BillingCustomer]:
    def customer(name: str, **more: Any) -> BillingCustomer:
        values: dict[str, Any] = {"currency": "USD", "country": "US", "created_at": day("2026-01-20"), **more}
        return BillingCustomer(f"cus_{name}", 11, 101, f"Customer {name}", f"{name}@acme.example", **values)

    return [
        customer("1", metadata={"hubspot_company_id": "11"}),
        customer("2", currency="JPY", country="JP"),
        customer("3", deleted_at=day("2026-03-20")),
    ]


def subscriptions() -> list[Subscription]:
    base = SubscriptionItem("si_1a", history(("2026-02-01", ("price_base", 1))))
    seats = SubscriptionItem("si_1b", history(("2026-02-01", ("price_seat", 5)), ("2026-03-10", ("price_seat", 8))))
    removed = SubscriptionItem("si_1c", history(("2026-02-01", ("price_seat", 1)), ("2026-03-11", ("price_seat", 0))))

    def item(name: str, price: str, at: str) -> list[SubscriptionItem]:
        return [SubscriptionItem(name, history((at, (price, 1))))]

    return [
        subscription(
            "sub_1",
            "cus_1",
            "2026-02-01",
            [base, seats, removed],
            deal_id=204,
            discounts=[
                Discount("TEN", 10, day("2026-02-01"), day("2026-03-01")),
                Discount("FIVE", 5, day("2026-03-01"), None),
            ],
            pauses=[(day("2026-03-01"), day("2026-04-01"))],
        ),
        subscription(
            "sub_2",
            "cus_1",
            "2026-03-25",
            item("si_2", "price_base", "2026-03-25"),
            periods=[],
            trial_ends_at=day("2026-04-08"),
        ),
        subscription(
            "sub_3",
            "cus_1",
            "2026-02-01",
            item("si_3", "price_base", "2026-02-01"),
            cancel_requested_at=day("2026-02-20"),
            ended_at=day("2026-03-01"),
            end_reason="cancellation_requested",
            periods=[(day("2026-02-01"), day("2026-03-01"))],
        ),
        subscription(
            "sub_4",
            "cus_2",
            "2026-03-05",
            item("si_4", "price_jpy", "2026-03-05"),
            currency="JPY",
            interval="year",
            periods=[(day("2026-03-05"), day("2027-03-05"))],
            cancel_requested_at=day("2026-03-15"),
        ),
    ]


def invoices() -> list[Invoice]:
    lines = [line(f"il_1_{number}", "price_seat", 10_00, "si_1b") for number in range(11)]
    discounted = line("il_1_11", "price_base", 100_00, "si_1a", discount_amount=10_00, tax_amount=18_00)
    prorations = [
        line("il_5a", "price_seat", -35_00, "si_1b", 5, is_proration=True),
        line("il_5b", "price_seat", 56_00, "si_1b", 8, is_proration=True),
    ]
    paid_later = history(("2026-02-01", "open"), ("2026-02-03", "paid"))
    voided = history(("2026-03-01", "open"), ("2026-03-02", "void"))
    retried = history(("2026-03-10", "open"), ("2026-03-11", "paid"))
    base, setup = line("il_2", "price_base", 100_00, "si_1a"), line("il_3", "price_setup", 500_00, None)
    yearly = [line("il_4", "price_jpy", 120000, "si_4")]
    return [
        invoice("in_1", "sub_1", "2026-02-01", [*lines, discounted], status=paid_later),
        invoice("in_2", "sub_1", "2026-03-01", [base], status=voided),
        invoice("in_3", None, "2026-03-03", [setup], billing_reason="manual"),
        invoice("in_4", "sub_4", "2026-03-05", yearly, customer_id="cus_2", currency="JPY"),
        invoice("in_5", "sub_1", "2026-03-10", prorations, status=retried),
    ]


def billing() -> dict[str, Any]:
    return {
        "products": [
            Product("prod_platform", "Platform", "platform", day("2025-12-01")),
            Product("prod_seats", "Seats", "seats", day("2025-12-01")),
            Product("prod_services", "Onboarding", "services", day("2025-12-01")),
            Product("prod_scanner", "Scanner", "hardware", day("2025-12-01")),
        ],
        "prices": [
            Price("price_base", "prod_platform", "USD", 100_00, "month", 1, day("2025-12-02")),
            Price("price_seat", "prod_seats", "USD", 10_00, "month", 1, day("2025-12-02")),
            Price("price_jpy", "prod_platform", "JPY", 120000, "year", 1, day("2025-12-02")),
            Price("price_setup", "prod_services", "USD", 500_00, None, 1, day("2025-12-02")),
        ],
        "billing_customers": customers(),
        "subscriptions": subscriptions(),
        "invoices": invoices(),
        "payments": [
            Payment("pi_1", "in_1", "cus_1", "USD", 218_00, day("2026-02-03"), True),
            Payment("pi_4", "in_4", "cus_2", "JPY", 120000, day("2026-03-06"), False),
            Payment("pi_5a", "in_5", "cus_1", "USD", 21_00, day("2026-03-10"), False),
            Payment("pi_5b", "in_5", "cus_1", "USD", 21_00, day("2026-03-11"), True),
        ],
        "credit_notes": [
            CreditNote("cn_1", "in_1", "cus_1", "USD", 40_00, 8_00, "order_change", day("2026-03-12")),
        ],
        "refunds": [
            Refund("re_1", "pi_1", "in_1", "cus_1", "USD", 48_00, "requested_by_customer", day("2026-03-12")),
        ],
    }


def build_company() -> Facts:
    return Facts(seed=1, scale=0.0, starts_on=date(2026, 1, 1), as_of=AS_OF, **crm(), **billing())


@pytest.fixture
def small_company() -> Facts:
    """Four companies with their deals and engagements, three billing customers with their contracts."""
    return build_company()


@pytest.fixture(scope="session")
def small_server() -> Iterator[SandboxServer]:
    """The small company behind a server with full pages and no defects, shared by the tests that only read."""
    with SandboxServer(AS_OF.date(), facts=build_company(), window_scale=0.0001) as server:
        yield server


@pytest.fixture(scope="session")
def young_world() -> Facts:
    """The simulated company after eighteen months, a third of its usual size."""
    return simulate(date(2024, 6, 30), seed=7, scale=0.3, mix=BEFORE_ACQUISITIONS)


@pytest.fixture
def serve(small_company: Facts) -> Iterator[Callable[..., SandboxServer]]:
    """Start a server of the small company (or of `facts`) with the given options; it ends with the test."""
    with ExitStack() as running:

        def start(**options: Any) -> SandboxServer:
            facts = options.pop("facts", small_company)
            options.setdefault("window_scale", 0.0001)
            return running.enter_context(SandboxServer(AS_OF.date(), facts=facts, **options))

        yield start
