"""How well records were told apart and together, in the sandbox, whose simulator knows who everybody is.

Pairwise, of all pairs of records said to be one, how many are (precision), and of all that are, how many were found
(recall). By record (B³, Bagga and Baldwin 1998), the same of each record's own cluster, averaged over records.

Left out is what no rule could know: shared inboxes, devices of several people, visitors who never said who they are,
and organisations that no CRM has an account of yet. Orders speak of an organisation only: their customer buys for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from hashlib import md5
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from ingestion.sandbox.facts import Facts, crm_id
from ingestion.sandbox.truth import identities
from orchestration.publish.serving import describe

CRMS = ("hubspot", "salesforce", "dynamics")


class Score(NamedTuple):
    """Of people or accounts. Shares are NULL where there is no pair."""

    subject: str
    records: int
    pair_precision: Decimal | None
    pair_recall: Decimal | None
    cluster_precision: Decimal | None
    cluster_recall: Decimal | None
    glued_tests: int
    """Test records that belong to somebody; none should."""


def measure(warehouse: Path, facts: Facts) -> list[Score]:
    """Compare who is who in `warehouse` with `facts`, write `trust.identity_scores` there, and return it."""
    columns = list(zip(*_labels(facts), strict=True))
    names = ("record_type", "source", "source_record_id", "human", "organisation", "is_test", "is_ambiguous")
    labels = pa.table(dict(zip(names, map(pa.array, columns))))
    with duckdb.connect(str(warehouse)) as connection:
        connection.register("labels", labels)
        connection.execute(_FOUND)
        connection.execute("create schema if not exists trust")
        connection.execute(f"create or replace table trust.identity_scores as {_SCORES}")
        describe(connection, "trust.identity_scores", *_COMMENTS)
        rows = connection.execute("from trust.identity_scores order by subject desc").fetchall()
    return [Score(*row) for row in rows]


def _labels(facts: Facts) -> Iterator[tuple[str, str, str, int | None, int | None, bool, bool]]:
    """Every record that truth speaks of, by the names it has in the warehouse."""
    conversations: dict[tuple[str, str], int] = {}
    for ticket in facts.tickets:
        conversations[ticket.desk, str(ticket.requester_person_id)] = ticket.ticket_id
    devices = {(visit.site, visit.visitor_id): visit.user_pseudo_id for visit in facts.visits if visit.site == "ga4"}
    for record in identities(facts):
        kind, name = f"{record.kind}s", record.record
        if record.source in CRMS:
            name = crm_id(record.source, record.kind, int(name))
        elif kind == "audience_members":
            audience, _, email = name.partition(":")
            name = f"{audience}:{md5(email.encode()).hexdigest()}"
        elif kind == "requesters":
            kind, name = "conversations", str(conversations[record.source, name])
        elif kind == "visitors":
            name = devices.get((record.source, name), name)
        is_test = record.human is None and kind in ("contacts", "leads", "audience_members", "referrals")
        yield kind, record.source, name, record.human, record.organisation, is_test, record.is_ambiguous


_COMMENTS = (
    "How well records of people and of accounts were matched, against what the sandbox's simulator knows.",
    {
        "subject": "people or accounts",
        "record_count": "Records compared",
        "pair_precision": "Of all pairs of records said to be one, the share that are",
        "pair_recall": "Of all pairs that are one, the share that was found",
        "cluster_precision": "The same of each record's own cluster, averaged over records (B³)",
        "cluster_recall": "The same of each record's own owner, averaged over records (B³)",
        "glued_test_count": "Test records that belong to somebody",
    },
)
_KEYS = {
    "accounts": "account_id",
    "contacts": "contact_id",
    "leads": "lead_id",
    "customers": "customer_id",
    "audience_members": "audience_member_id",
    "conversations": "conversation_id",
    "referrals": "referral_id",
}
_RECORDS = " union all ".join(
    f"select '{table}' as record_type, source, source_record_id, {key} as record_id, '{table}' as bridge_type, "
    f"{key} as bridge_id from canonical.{table}"
    for table, key in _KEYS.items()
)
_FOUND = f"""
create temp table found as
with records as (
    {_RECORDS}
    union all
    select 'orders', source, source_record_id, order_id, 'customers', customer_id from canonical.orders
    union all
    select 'visitors', source, visitor_id, source_instance || ':' || visitor_id, 'sessions', max(session_id)
    from canonical.sessions where user_id like '%_@_%' group by all
)
select labels.*, records.record_id, people.person_id, accounts.account_id
from labels
inner join records using (record_type, source, source_record_id)
left join canonical.bridge_identity_records as people
    on records.bridge_type = people.record_type and records.bridge_id = people.record_id
left join canonical.bridge_account_records as accounts
    on records.bridge_type = accounts.record_type and records.bridge_id = accounts.record_id
"""


def _score(subject: str, true: str, told: str, condition: str) -> str:
    """One row of scores: the records of `found` under `condition`, by their `true` owner and the one `told`."""

    def share(part: str, whole: str) -> str:
        return f"cast({part} / nullif({whole}, 0) as decimal(9, 6))"

    return f"""
    select '{subject}' as subject, sum(n) as record_count,
        {share("sum(n * (n - 1))", "any_value(told_pairs)")} as pair_precision,
        {share("sum(n * (n - 1))", "any_value(true_pairs)")} as pair_recall,
        {share("sum(n * n / told_n)", "sum(n)")} as cluster_precision,
        {share("sum(n * n / true_n)", "sum(n)")} as cluster_recall,
        (select count(*) from found where is_test and person_id is not null and '{subject}' = 'people')
            as glued_test_count
    from (
        select *, sum(n) over (partition by told) as told_n, sum(n) over (partition by true_one) as true_n
        from (
            select {true} as true_one, coalesce({told}, 'nobody:' || record_type || record_id) as told, count(*) as n
            from found where {condition} group by all
        )
    ),
    (
        select sum(n * (n - 1)) as told_pairs
        from (select count(*) as n from found where {condition} and {told} is not null group by {told})
    ),
    (select sum(n * (n - 1)) as true_pairs from (select count(*) as n from found where {condition} group by {true}))
    """


_SCORES = (
    _score("people", "human", "person_id", "human is not null and not is_ambiguous and record_type <> 'orders'")
    + "union all"
    + _score(
        "accounts",
        "organisation",
        "account_id",
        "organisation in (select organisation from found where record_type = 'accounts')",
    )
)
