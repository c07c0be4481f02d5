"""Which record belongs on whose timeline, by rules that leave no doubt."""

from __future__ import annotations

from datetime import UTC, date, datetime

from ingestion.sandbox.facts import (
    BillingCustomer,
    Deal,
    EmailActivity,
    Engagement,
    Facts,
    History,
    Invoice,
    Order,
    Person,
    Visit,
)
from ingestion.sandbox.truth import touchpoints

START = datetime(2023, 1, 1, tzinfo=UTC)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2023, 1, day, hour, tzinfo=UTC)


def person(person_id: int, email: str, **more: object) -> Person:
    return Person(
        person_id, 1, "Ana", "Nagy", email, "", "", START, [], History(START, "lead"), History(START, 1), START,
        contact_created_at=START, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def visit(visit_id: int, visitor_id: str, user_id: str | None, started: datetime) -> Visit:
    return Visit(
        visit_id, visitor_id, None, user_id, started, started, "direct", None, None, None, None, "desktop", "Firefox",
        "DE", [],
    )  # fmt: skip


def company(**records: list) -> Facts:
    people = [
        person(1, "Ana@Firm.example"), person(2, "bob@firm.example"), person(3, "ana.n@firm.example", merged_into=1),
        person(4, "test@own.example", is_test_record=True),
    ]  # fmt: skip
    return Facts(seed=0, scale=1, starts_on=date(2023, 1, 1), as_of=at(31), people=people, **records)


def found(facts: Facts) -> list[tuple[str, str, str]]:
    """Whose, what and of which record; that the contacts were created is left out."""
    return [(t.email.split("@")[0], t.kind, t.source_id) for t in touchpoints(facts) if t.kind != "contact_created"]


def test_contacts_are_created_once_however_often_they_are_merged() -> None:
    created = [t.email.split("@")[0] for t in touchpoints(company()) if t.kind == "contact_created"]
    assert created == ["ana", "bob"]


def test_anonymous_visits_are_stitched_to_the_next_login_else_the_last() -> None:
    visits = [
        visit(1, "a", None, at(1)), visit(2, "a", "ana@firm.example", at(2)), visit(3, "a", None, at(3)),
        visit(4, "a", " BOB@firm.example", at(4)), visit(5, "a", None, at(5)),
        visit(6, "b", None, at(6)), visit(7, "c", "stranger@else.example", at(7)),
    ]  # fmt: skip
    assert found(company(visits=visits)) == [
        ("ana", "web_session", "1"), ("ana", "web_session", "2"), ("bob", "web_session", "3"),
        ("bob", "web_session", "4"), ("bob", "web_session", "5"),
    ]  # fmt: skip


def test_what_the_reader_does_counts_and_sends_do_not() -> None:
    activity = [
        EmailActivity("c", "l", 1, "ANA@firm.example", action, at(day))
        for day, action in enumerate(("sent", "open", "click", "bounce", "unsub"), start=1)
    ]
    assert found(company(email_activity=activity)) == [
        ("ana", f"email_{action}", "c") for action in ("open", "click", "unsub")
    ]


def engagement(engagement_id: int, person_id: int | None, archived_at: datetime | None = None) -> Engagement:
    return Engagement(
        engagement_id, "calls", at(engagement_id), 1, 1, person_id, None, "outgoing", "Call", 5, at(1), archived_at
    )


def test_merged_contacts_count_as_the_survivor_and_deleted_work_not_at_all() -> None:
    engagements = [engagement(1, 3), engagement(2, None), engagement(3, 2, at(9)), engagement(4, 4)]
    assert found(company(engagements=engagements)) == [("ana", "activity", "1")]


def deal(deal_id: int, archived_at: datetime | None = None) -> Deal:
    one = Deal(
        deal_id, "Deal", 1, [1, 2, 3], at(2), "newbusiness", History(at(2), "USD"), History(at(2), 1),
        History(at(2), "qualifiedtobuy"), History(at(2), date(2023, 2, 1)), History(at(2), 1), at(2),
        archived_at=archived_at,
    )  # fmt: skip
    for day, stage in ((4, "closedlost"), (5, "contractsent"), (6, "closedwon")):
        one.stage.set(at(day), stage)
    return one


def test_deals_touch_each_of_their_contacts_once_for_each_event() -> None:
    kinds = [(email, kind) for email, kind, _ in found(company(deals=[deal(1), deal(2, at(9))]))]
    assert kinds == [(email, kind) for kind in ("deal_created", "deal_lost", "deal_won") for email in ("ana", "bob")]


def test_invoices_by_billing_address_and_orders_by_person() -> None:
    customers = [
        BillingCustomer(name, 1, 2, "Firm", email, "USD", "US", START)
        for name, email in (("cus_1", "BOB@firm.example"), ("cus_2", "billing@firm.example"))
    ]
    invoices = [
        Invoice(
            f"in_{n}", f"N{n}", customer, None, "USD", "manual", at(1), date(2023, 1, 1), [], History(at(1), "open"),
            at(1), paid_at,
        )
        for n, (customer, paid_at) in enumerate((("cus_1", at(3)), ("cus_1", None), ("cus_2", at(3))))
    ]  # fmt: skip
    orders = [
        Order(n, 1, 3, None, "USD", at(8), [], History(at(8), "placed"), at(8), deleted_at=gone)
        for n, gone in ((1, None), (2, at(9)))
    ]
    facts = company(billing_customers=customers, invoices=invoices, orders=orders)
    assert found(facts) == [
        ("bob", "invoice_issued", "in_0"), ("bob", "invoice_issued", "in_1"), ("bob", "invoice_overdue", "in_0"),
        ("bob", "invoice_overdue", "in_1"), ("bob", "invoice_paid", "in_0"), ("ana", "order_placed", "1"),
    ]  # fmt: skip
