"""The simulator's facts as canonical records, in the columns that tell who is who: no vendor, no staging."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import md5
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.sandbox.facts import Facts, crm_id, crm_of, deal_reference, unit_of

Row = dict[str, Any]
_BLANKS = {"VARCHAR": "''", "BOOLEAN": "false", "BIGINT": "0", "DECIMAL": "0", "TIMESTAMP": "epoch_ms(0)"}
"""What a column that may not be NULL has where who is who does not depend on it."""


def put(facts: Facts, connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Fill the tables of schema `canonical`, which are there, with `facts`; returns how many rows each has."""
    counts = {}
    for table, rows in _tables(facts).items():
        found = list(rows)
        counts[table] = len(found)
        connection.execute(f"delete from canonical.{table}")
        given = pa.Table.from_pylist([{name: _utc(value) for name, value in row.items()} for row in found])
        connection.register("given", given)
        blank = "".join(
            f", {_BLANKS[kind.split('(')[0]]} as {name}"
            for name, kind, null, *_ in connection.execute(f"describe canonical.{table}").fetchall()
            if null == "NO" and name not in given.schema.names
        )
        connection.execute(f"insert into canonical.{table} by name select *{blank} from given")
    return counts


def _tables(facts: Facts) -> dict[str, Iterator[Row]]:
    units = unit_of(facts)
    crm = crm_of(facts)
    opened = {c.company_id for c in facts.companies if crm[c.company_id] == "hubspot" or c.account_created_at}
    email = {person.person_id: person.email for person in facts.people}

    def key(kind: str, number: int | None, company: int) -> str | None:
        return None if number is None else f"{crm[company]}:{crm_id(crm[company], kind, number)}"

    def account(number: int | None) -> str | None:
        return key("account", number, number) if number in opened else None

    return {
        "accounts": _accounts(facts, opened, crm, account),
        "contacts": _contacts(facts, crm, account),
        "leads": (
            _row(crm[lead.company_id], "lead", crm_id(crm[lead.company_id], "lead", lead.lead_id))
            | {
                "email": email[lead.person_id],
                "first_name": who.first_name,
                "last_name": who.last_name,
                "created_at": lead.created_at,
                "converted_account_id": account(lead.converted_company_id),
                "converted_contact_id": key("contact", lead.converted_person_id, lead.company_id),
            }
            for people in [{person.person_id: person for person in facts.people}]
            for lead in facts.leads
            if lead.merged_into is None
            for who in [people[lead.person_id]]
        ),
        "customers": _customers(facts, email),
        "opportunities": (
            _row(crm[deal.company_id], "opportunity", crm_id(crm[deal.company_id], "opportunity", deal.deal_id))
            | {"account_id": account(deal.company_id)}
            for deal in facts.deals
        ),
        "subscriptions": (
            _row("stripe", "subscription", item.subscription_id)
            | {
                "customer_id": f"stripe:{item.customer_id}",
                "opportunity_reference": deal_reference(units, company[item.customer_id], item.deal_id)
                if item.deal_id
                else None,
            }
            for company in [{c.customer_id: c.company_id for c in facts.billing_customers}]
            for item in facts.subscriptions
        ),
        "orders": (
            _row(source, "order", str(order.order_id))
            | {
                "customer_id": f"{source}:{order.company_id}",
                "opportunity_reference": deal_reference(units, order.company_id, order.deal_id)
                if order.deal_id
                else None,
            }
            for order in facts.orders
            if order.deleted_at is None
            for source in [_shop(order.channel)]
        ),
        "audience_members": (
            _row("mailchimp", "audience_member", f"{m.list_id}:{md5(m.email.lower().encode()).hexdigest()}")
            | {"email": m.email, "subscribed_at": m.subscribed_at}
            for m in facts.audience_members
        ),
        "conversations": (
            _row(t.desk, "conversation", str(t.ticket_id))
            | {"requester_email": email[t.requester_person_id], "created_at": t.created_at}
            for t in facts.tickets
        ),
        "referrals": (
            _row("partnerstack", "referral", r.key)
            | {
                "email": email[r.person_id],
                "registered_at": r.registered_at,
                "opportunity_reference": deal_reference(units, r.company_id, r.deal_id) if r.deal_id else None,
            }
            for r in facts.referrals
        ),
        "email_events": (
            _row("mailchimp", "email_event", str(number)) | {"email": activity.email, "occurred_at": activity.at}
            for number, activity in enumerate(facts.email_activity)
        ),
        "sessions": (
            _row(visit.site, "session", str(visit.visit_id))
            | {
                "visitor_id": visit.user_pseudo_id if visit.site == "ga4" else visit.visitor_id,
                "user_id": visit.user_id,
                "started_at": visit.started_at,
            }
            for visit in facts.visits
        ),
    }


def _accounts(
    facts: Facts, opened: set[int], crm: dict[int, str], account: Callable[[int | None], str | None]
) -> Iterator[Row]:
    for company in facts.companies:
        if company.company_id in opened:
            source = crm[company.company_id]
            yield _row(source, "account", crm_id(source, "account", company.company_id)) | {
                "name": company.name,
                "domain": company.domain,
                "country_code": company.country,
                "parent_account_id": account(company.parent_company_id),
                "merged_into_account_id": account(company.merged_into),
                "created_at": company.account_created_at or company.created_at,
            }


def _contacts(facts: Facts, crm: dict[int, str], account: Callable[[int | None], str | None]) -> Iterator[Row]:
    for person in facts.people:
        if person.contact_created_at is not None and person.merged_into is None:
            source = crm[person.company_id]
            yield _row(source, "contact", crm_id(source, "contact", person.person_id)) | {
                "account_id": account(person.company_id),
                "email": person.email,
                "first_name": person.first_name,
                "last_name": person.last_name,
                "phone": person.phone,
                "has_marketing_consent": person.has_marketing_consent,
                "created_at": person.contact_created_at,
            }


def _customers(facts: Facts, email: dict[int, str]) -> Iterator[Row]:
    """Those of the billing system, and whoever ordered, by their company's number."""
    for customer in facts.billing_customers:
        references = [
            value for name, value in customer.metadata.items() if name.endswith(("_company_id", "_account_id"))
        ]
        yield _row("stripe", "customer", customer.customer_id) | {
            "email": customer.email,
            "account_reference": next(iter(references), None),
            "created_at": customer.created_at,
        }
    for (source, company_id), order in {(_shop(o.channel), o.company_id): o for o in reversed(facts.orders)}.items():
        yield _row(source, "customer", str(company_id)) | {
            "email": email[order.person_id],
            "created_at": order.ordered_at,
        }


def _row(source: str, kind: str, record: str) -> Row:
    """What every record has."""
    name = f"{source}:{record}"
    row = {f"{kind}_id": name, "source": source, "source_instance": source, "source_record_id": record}
    return row if kind in ("subscription", "email_event", "session", "audience_member") else row | {"is_deleted": False}


def _shop(channel: str) -> str:
    return "postgres_orders" if channel == "order_database" else channel


def _utc(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
