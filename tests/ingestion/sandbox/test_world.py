"""The simulated company holds together, keeps office hours, and is full of traps."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from ingestion.sandbox.facts import Facts, History
from ingestion.sandbox.world import simulate

PLANNED = {"trial_ends_at", "ends_at", "period_start", "period_end"}
"""Times that may lie ahead of what is known: they were agreed beforehand."""


@pytest.fixture(scope="module")
def world() -> Facts:
    """The company at scale 1 on a Sunday in the middle of a month."""
    return simulate(date(2026, 11, 22))


def lists_of(facts: Facts) -> dict[str, list[Any]]:
    return {name: value for name, value in vars(facts).items() if isinstance(value, list)}


def times(record: Any, allow: set[str]) -> list[datetime]:
    """Every instant anywhere in a record, but for the fields named in `allow`."""
    if isinstance(record, datetime):
        return [record]
    if isinstance(record, History):
        return [at for at, _ in record]
    if isinstance(record, list):
        return [t for part in record for t in times(part, allow)]
    if is_dataclass(record):
        return [t for f in fields(record) if f.name not in allow for t in times(getattr(record, f.name), allow)]
    return []


def test_nothing_in_sight_lies_after_as_of(world: Facts) -> None:
    for name, records in lists_of(world).items():
        for record in records:
            seen = times(record, PLANNED | {"periods", "pauses"})
            assert all(at <= world.as_of and at.utcoffset() == timedelta(0) for at in seen), (name, record)
    assert all(p[0] <= world.as_of for s in world.subscriptions for p in (*s.periods, *s.pauses))
    assert max(len(d.conversions_by_lag) for d in world.ad_days) == 31
    assert all(len(d.conversions_by_lag) == 1 for d in world.ad_days if d.day == world.as_of.date())


def test_updated_at_is_the_last_visible_change(world: Facts) -> None:
    for name in ("companies", "people", "deals", "invoices", "orders", "tickets", "referrals", "rewards"):
        for record in getattr(world, name):
            changes = times(record, PLANNED | {"updated_at", "lines", "born_at"})
            assert record.updated_at >= max(changes), (name, record)


def test_ids_are_unique_and_references_resolve(world: Facts) -> None:
    keys = {
        name: [getattr(record, key) for record in getattr(world, name)]
        for name, key in (
            ("companies", "company_id"), ("people", "person_id"), ("deals", "deal_id"), ("visits", "visit_id"),
            ("engagements", "engagement_id"), ("subscriptions", "subscription_id"), ("invoices", "invoice_id"),
            ("billing_customers", "customer_id"), ("orders", "order_id"), ("tickets", "ticket_id"),
            ("partners", "partner_id"), ("referrals", "referral_id"), ("owners", "owner_id"), ("prices", "price_id"),
        )
    }  # fmt: skip
    for name, ids in keys.items():
        assert len(ids) == len(set(ids)), name
    known = {name: set(ids) for name, ids in keys.items()}
    assert all(p.company_id in known["companies"] for p in world.people)
    assert all(set(d.person_ids) <= known["people"] and d.company_id in known["companies"] for d in world.deals)
    assert all(o in known["owners"] for d in world.deals for _, o in d.owner)
    assert all(e.person_id is None or e.person_id in known["people"] for e in world.engagements)
    assert all(s.customer_id in known["billing_customers"] for s in world.subscriptions)
    assert all(s.deal_id is None or s.deal_id in known["deals"] for s in world.subscriptions)
    assert all(line.price_id in known["prices"] for i in world.invoices for line in i.lines)
    assert all(o.person_id in known["people"] for o in world.orders)
    assert all(t.requester_person_id in known["people"] for t in world.tickets)
    assert all(r.partner_id in known["partners"] and r.company_id in known["companies"] for r in world.referrals)


def test_rates_are_fixed_every_calendar_day(world: Facts) -> None:
    days = (world.as_of.date() - date(2022, 12, 1)).days + 1
    assert Counter(rate.currency for rate in world.exchange_rates) == {"EUR": days, "GBP": days, "JPY": days}
    assert len({(rate.currency, rate.day) for rate in world.exchange_rates}) == 3 * days
    assert all(len(rate.rate.split(".")[1]) == 6 and float(rate.rate) > 0 for rate in world.exchange_rates)


def test_business_rests_at_the_weekend(world: Facts) -> None:
    by_weekday = Counter(deal.created_at.weekday() for deal in world.deals)
    assert by_weekday[5] + by_weekday[6] < 0.06 * len(world.deals)
    assert min(by_weekday[day] for day in range(5)) > 0.1 * len(world.deals)


def test_volumes_are_those_of_a_business_to_business_seller(world: Facts) -> None:
    expected = {
        "companies": 700, "people": 1600, "deals": 1300, "engagements": 10_000, "subscriptions": 350,
        "invoices": 5000, "orders": 900, "email_campaigns": 120, "email_activity": 20_000, "visits": 15_000,
        "partners": 25, "referrals": 220, "rewards": 170, "tickets": 2500, "ad_campaigns": 18, "email_lists": 6,
        "leads": 550, "crm_campaigns": 55, "crm_campaign_members": 2200, "quotas": 200, "forecast_submissions": 7500,
    }  # fmt: skip
    for name, number in expected.items():
        assert 0.7 < len(getattr(world, name)) / number < 1.4, (name, len(getattr(world, name)))
    assert 30_000 < sum(len(visit.actions) for visit in world.visits) < 55_000


def values(history: History[Any]) -> list[Any]:
    return [value for _, value in history]


def reopened(stages: list[str], closed: str) -> bool:
    return any(a == closed and not b.startswith("closed") for a, b in pairwise(stages))


def deal_traps(world: Facts) -> dict[str, Iterable[Any]]:
    deals = world.deals
    order = [
        "appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "decisionmakerboughtin", "contractsent",
    ]  # fmt: skip

    def moves(stages: list[str]) -> list[int]:
        pairs = pairwise(stages)
        return [order.index(b) - order.index(a) for a, b in pairs if a in order and b in order]

    return {
        "pushed twice": [d for d in deals if sum(b > a for a, b in pairwise(values(d.close_date))) > 1],
        "amount up": [d for d in deals if len(d.currency) == 1 and any(b > a for a, b in pairwise(values(d.amount)))],
        "amount down": [d for d in deals if len(d.currency) == 1 and any(b < a for a, b in pairwise(values(d.amount)))],
        "owner changed": [d for d in deals if len(d.owner) > 1],
        "reopened after lost": [d for d in deals if reopened(values(d.stage), "closedlost")],
        "reopened after won": [d for d in deals if reopened(values(d.stage), "closedwon")],
        "currency and amount changed together": [
            d for d in deals if len(d.currency) > 1 and d.currency.changed_at in {at for at, _ in d.amount}
        ],
        "stage skipped": [d for d in deals if max(moves(values(d.stage)), default=0) > 1],
        "stage returned": [d for d in deals if min(moves(values(d.stage)), default=0) < 0],
        "renewal": [d for d in deals if d.deal_type == "renewal"],
        "expansion": [d for d in deals if d.deal_type == "existingbusiness"],
        "won with nothing": [d for d in deals if d.stage.current == "closedwon" and d.amount.current == 0],
        "created closed": [d for d in deals if d.stage.at(d.created_at) in ("closedwon", "closedlost")],
        "archived while open": [d for d in deals if d.archived_at and d.stage.current in order],
        "merged": [d for d in deals if d.merged_into],
        "lost with a reason": [d for d in deals if d.stage.current == "closedlost" and d.loss_reason],
    }


def contract_traps(world: Facts) -> dict[str, Iterable[Any]]:
    subscriptions, items = world.subscriptions, [i for s in world.subscriptions for i in s.items]
    by_customer: dict[str, list[Any]] = defaultdict(list)
    for subscription in subscriptions:
        by_customer[subscription.customer_id].append(subscription)
    paid = [s for s in subscriptions if not s.trial_ends_at or not s.ended_at or s.ended_at > s.trial_ends_at]
    gaps = [
        (later.created_at - earlier.ended_at).days
        for group in by_customer.values()
        for earlier, later in pairwise(group)
        if earlier.ended_at and later.created_at >= earlier.ended_at
    ]
    companies = Counter(c.company_id for c in world.billing_customers)
    return {
        **{f"{s.interval} × {s.interval_count}": [s] for s in subscriptions},
        "cancelled in trial": [s for s in subscriptions if s not in paid],
        "survived the trial": [s for s in paid if s.trial_ends_at],
        "item added": [s for s in subscriptions for i in s.items if next(iter(i.terms))[0] > s.created_at],
        "item removed": [i for i in items if i.terms.current[1] == 0],
        "upgrade": [i for i in items if any(b[1] > a[1] for a, b in pairwise(values(i.terms)))],
        "downgrade": [i for i in items if any(0 < b[1] < a[1] for a, b in pairwise(values(i.terms)))],
        "other package": [i for i in items if len({p for p, _ in values(i.terms)}) > 1],
        "discount for a while": [d for s in subscriptions for d in s.discounts if d.ends_at],
        "discount for ever": [d for s in subscriptions for d in s.discounts if d.ends_at is None],
        "pause": [s for s in subscriptions if s.pauses],
        "cancelled": [s for s in paid if s.end_reason == "cancellation_requested"],
        "dunning": [s for s in subscriptions if s.end_reason == "payment_failed"],
        "back soon": [gap for gap in gaps if gap < 90],
        "back late": [gap for gap in gaps if gap > 90],
        "two contracts, one ended": [
            group for group in by_customer.values()
            if any(a.ended_at and b.created_at < a.ended_at and (not b.ended_at or b.ended_at > a.ended_at)
                   for a in group for b in group if a is not b)
        ],
        "began and ended in one month": [
            s for s in paid if s.ended_at and s.ended_at - s.created_at < timedelta(days=15)
            and s.ended_at.month == s.created_at.month
        ],
        "leap day": [s for s in subscriptions if (s.created_at.month, s.created_at.day) == (2, 29)],
        "midnight on the first": [s for s in subscriptions if s.created_at.day == 1 and s.created_at.hour == 0],
        "customer twice": [company for company, number in companies.items() if number > 1],
        "customer without CRM id": [c for c in world.billing_customers if "hubspot_company_id" not in c.metadata],
        "customer with CRM id": [c for c in world.billing_customers if "hubspot_company_id" in c.metadata],
        "yen": [i for i in world.invoices if i.currency == "JPY"],
        "taxed": [i for i in world.invoices if any(line.tax_amount > 0 for line in i.lines)],
        "uncollectible": [i for i in world.invoices if i.status.current == "uncollectible"],
        "services": [i for i in world.invoices if i.billing_reason == "manual" and i.order_id is None],
        "order invoiced": [i for i in world.invoices if i.order_id],
        "credit note": world.credit_notes,
        "failed payment": [p for p in world.payments if not p.is_successful],
    }  # fmt: skip


def buyer_traps(world: Facts) -> dict[str, Iterable[Any]]:
    logins: dict[str, list[str | None]] = defaultdict(list)
    for visit in world.visits:
        logins[visit.visitor_id].append(visit.user_id)
    claims = defaultdict(set)
    for referral in world.referrals:
        claims[referral.company_id].add(referral.partner_id)
    first_contact: dict[int, datetime] = {}
    for engagement in world.engagements:
        first_contact.setdefault(engagement.company_id, engagement.at)
    letters = {p.person_id: p.first_name + p.last_name for p in world.people}
    known = [r for r in world.referrals if r.company_id in first_contact]
    return {
        "anonymous, then logged in": [ids for ids in logins.values() if ids[0] is None and any(ids)],
        "one device, two logins": [ids for ids in logins.values() if len({i for i in ids if i}) > 1],
        "several devices": [p for p in world.people if len(p.visitor_ids) > 1],
        "new employer": [p for p in world.people if p.same_human_as and p.visitor_ids],
        "person twice": [p for p in world.people if p.same_human_as and not p.visitor_ids],
        "person merged": [p for p in world.people if p.merged_into],
        "person archived": [p for p in world.people if p.archived_at and not p.merged_into],
        "no CRM contact": [p for p in world.people if p.contact_created_at is None],
        "test record": [p for p in world.people if p.is_test_record],
        "shared inbox": [p for p in world.people if p.email.startswith("info@")],
        "Cyrillic": [n for n in letters.values() if any("а" <= c.lower() <= "я" for c in n)],
        "diacritics": [n for n in letters.values() if any(c in "éüøñłíšç" for c in n)],
        "company merged": [c for c in world.companies if c.merged_into and c.archived_at],
        "company twice": [d for d, n in Counter(c.domain for c in world.companies).items() if n > 1],
        "engagement archived": [e for e in world.engagements if e.archived_at],
        "owner left": [o for o in world.owners if o.left_at],
        "registered before contact": [r for r in known if r.registered_at < first_contact[r.company_id]],
        "registered after contact": [r for r in known if r.registered_at > first_contact[r.company_id]],
        "declined": [r for r in world.referrals if r.status.current == "declined"],
        "two partners claim": [c for c, partners in claims.items() if len(partners) > 1],
        "order cancelled": [o for o in world.orders if o.status.current == "cancelled"],
        "order returned": [o for o in world.orders if o.status.current == "returned" and o.refunded_amount > 0],
        "order deleted": [o for o in world.orders if o.deleted_at],
        "order discount": [line for o in world.orders for line in o.lines if line.discount_amount],
        "breach": [e for t in world.tickets for e in t.metric_events if e.type == "breach"],
        "ticket deleted": [t for t in world.tickets if t.deleted_at],
        "rated bad": [t for t in world.tickets if t.satisfaction_score == "bad"],
        "left the list": [m for m in world.audience_members if m.status.current == "unsubscribed"],
        "bounced": [m for m in world.audience_members if m.status.current == "cleaned"],
        "misspelt in the list": [
            m for m in world.audience_members if m.first_name + m.last_name != letters[m.person_id]
        ],
    }


@pytest.mark.parametrize("traps", [deal_traps, contract_traps, buyer_traps])
def test_every_trap_is_set(world: Facts, traps: Any) -> None:
    found = traps(world)
    assert not [name for name, cases in found.items() if not list(cases)]
    if traps is contract_traps:
        cadences = {"month × 1", "month × 3", "month × 6", "year × 1", "year × 2"}
        assert cadences <= set(found)
