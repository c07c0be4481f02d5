"""The timeline against the company's own books: every event of every kind, whose it is, and in which order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from ingestion.sandbox import truth
from ingestion.sandbox.facts import CRM_UNIT, Facts, crm_id, unit_of
from ingestion.sandbox.truth import Touchpoint
from tests.end_to_end.conftest import Company, Published, naive
from tests.end_to_end.test_truth import Row, address, agree, opportunity, people_of

TYPES = {
    "goal_reached": "goal_reached",
    "email_unsub": "email_unsubscribe",
    "lead_created": "lead_created",
    "contact_created": "contact_created",
    "campaign_joined": "campaign_joined",
    "campaign_responded": "campaign_responded",
    "order_cancelled": "order_cancelled",
    "subscription_started": "subscription_started",
    "subscription_cancel_requested": "subscription_cancel_requested",
    "subscription_ended": "subscription_ended",
    "invoice_issued": "invoice_issued",
    "invoice_overdue": "invoice_overdue",
    "invoice_voided": "invoice_voided",
    "payment_failed": "payment_failed",
    "credit_note_issued": "credit_note_issued",
    "refund_issued": "refund_issued",
    "ticket_answered": "conversation_answered",
    "ticket_solved": "conversation_solved",
    "ticket_rated": "conversation_rated",
}
"""What truth and warehouse call each kind; `test_who_did_what_when` holds the others."""
IN_JOURNEY_ORDER = (
    "web_session",
    "goal_reached",
    "lead_created",
    "subscription_started",
    "invoice_issued",
    "invoice_paid",
)
"""Some types that often share an instant."""
CRM_RECORDS = {
    "lead_created": "lead",
    "contact_created": "contact",
    "campaign_joined": "campaign_member",
    "campaign_responded": "campaign_member",
}


def record_of(facts: Facts) -> Callable[[Touchpoint], str]:
    """The warehouse's key of the record behind truth's touchpoint; for a goal, of its visit."""
    sessions = {
        ("ga4", str(visit.visit_id)): f"{visit.user_pseudo_id}.{visit.ga_session_id}"
        for visit in facts.visits
        if visit.site == "ga4"
    }

    def key(point: Touchpoint) -> str:
        if kind := CRM_RECORDS.get(point.kind):
            return f"{point.source}:{crm_id(point.source, kind, int(point.source_id))}"
        return f"{point.source}:{sessions.get((point.source, point.source_id), point.source_id)}"

    return key


def own_records(published: Published) -> dict[str, str]:
    """Records with keys of their own that the world does not number → the record they belong to."""
    return dict(
        published.warehouse(
            "select conversion_id, session_id from canonical.conversions union all"
            " select satisfaction_rating_id, conversation_id from canonical.satisfaction_ratings union all"
            " select refund_id, order_id from canonical.refunds where order_id is not null union all"
            " select payment_id, invoice_id from canonical.payments where not is_successful"
        )
    )


@pytest.mark.parametrize("kind", TYPES)
def test_every_event_is_on_the_timeline_of_its_person_once(known: Company, kind: str) -> None:
    """The warehouse also knows addresses that no person on record has, such as billing inboxes; truth does not."""
    people, key = people_of(known.published), record_of(known.facts)
    on_record = {people.get(address(person.email)) for person in known.facts.people if not person.is_test_record}
    record = "campaign_id" if kind == "email_unsub" else "record_id"
    parents = own_records(known.published)
    agree(
        (
            (at, person, parents.get(record_id, record_id))
            for at, person, record_id in known.published.query(
                f"select occurred_at, person_id, {record} from marts.fct_touchpoints where touchpoint_type = ?",
                TYPES[kind],
            )
            if person is not None and person in on_record
        ),
        (
            (naive(point.at), people[address(point.email)], key(point))
            for point in truth.touchpoints(known.facts)
            if point.kind == kind
        ),
    )


def test_what_names_nobody_is_on_the_timeline_of_its_account(known: Company) -> None:
    """Notes on an organisation as a whole; of the CRMs only HubSpot's are read."""
    units = unit_of(known.facts)
    expected = [
        (naive(item.at), known.published.accounts[f"hubspot:{item.company_id}"])
        for item in known.facts.engagements
        if item.kind == "notes" and item.person_id is None and item.archived_at is None
        if units[item.company_id] == CRM_UNIT["hubspot"]
    ]
    agree(
        known.published.query(
            "select occurred_at, account_id from marts.fct_touchpoints"
            " where person_id is null and touchpoint_type = 'activity_note'"
        ),
        expected,
    )


def test_onboarding_is_the_talk_that_made_an_account_onboarded(known: Company) -> None:
    """It stays the one activity it is: told as onboarding, not told twice."""
    agree(
        known.published.query(
            "select distinct account_id, occurred_at from marts.fct_touchpoints where area = 'onboarding'"
        ),
        known.published.query(
            "select account_id, entered_at from marts.fct_journey_stages"
            " where subject_type = 'account' and stage = 'onboarded'"
        ),
    )
    assert known.published.query(
        "select count(*) from marts.fct_touchpoints where area = 'onboarding' and touchpoint_type not in"
        " ('activity_call', 'activity_meeting')"
    ) == [(0,)]


@pytest.mark.parametrize("whose", ["person", "account"])
def test_the_timeline_is_in_order(known: Company, whose: str) -> None:
    """Sorted anew here: by instant, then by the order of a journey, then by key; numbered from 1 without a gap."""
    rows = known.published.query(
        f"select {whose}_id, {whose}_sequence_number, occurred_at, touchpoint_type, touchpoint_id"
        f" from marts.fct_touchpoints where {whose}_id is not null order by 1, 2"
    )
    number, owner, before = 0, None, datetime.min
    together = 0
    last_type = ""
    for owner_id, sequence_number, at, touchpoint_type, _ in rows:
        if owner_id != owner:
            number, owner, before, last_type = 0, owner_id, datetime.min, ""
        number += 1
        assert sequence_number == number and at >= before
        if at == before and touchpoint_type in IN_JOURNEY_ORDER and last_type in IN_JOURNEY_ORDER:
            assert IN_JOURNEY_ORDER.index(last_type) <= IN_JOURNEY_ORDER.index(touchpoint_type)
            together += 1
        before, last_type = at, touchpoint_type
    assert number and together, "no two events ever share an instant"


def test_orders_and_deals_come_once_for_each_who_takes_part(known: Company) -> None:
    """Their instants and records; whose they are is for identity to say, which has a test of its own."""
    published = known.published.query(
        "select distinct touchpoint_type, occurred_at, record_id from marts.fct_touchpoints"
        " where touchpoint_type in ('order_placed', 'opportunity_created', 'opportunity_won')"
    )
    expected: set[Row] = set()
    for order in known.facts.orders:
        if order.deleted_at is None:
            shop = "postgres_orders" if order.channel == "order_database" else order.channel
            expected.add(("order_placed", naive(order.ordered_at), f"{shop}:{order.order_id}"))
    for point in truth.touchpoints(known.facts):
        if point.kind in ("deal_created", "deal_won"):
            kind = point.kind.replace("deal", "opportunity")
            expected.add((kind, naive(point.at), opportunity(point.source, int(point.source_id))))
    agree(published, expected)
