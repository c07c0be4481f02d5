"""Ids that last: a cluster keeps the id it was given first, through merges and splits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from identity.clusters import Membership


@dataclass(frozen=True)
class Assignment:
    """A line of the ledger."""

    subject_id: str
    """The person or organisation the node belongs to."""
    founder: str
    """The node that `subject_id` was made from."""
    rule: str
    confidence: float
    matched_at: datetime
    """Since when the node has belonged there."""
    changed_from: str | None = None
    """The id it had before, if it ever had another."""


def assign(
    nodes: Sequence[str],
    memberships: Mapping[str, Membership],
    before: Mapping[str, Assignment],
    now: datetime,
    name: Callable[[str], str],
) -> dict[str, Assignment]:
    """The ledger as of `now`, from the one `before`. `nodes` stand in order of seniority, as for `join`.

    A cluster is named after the senior one of the founders its nodes had, a node that has left its founder counting as
    its own: so ids last, and what splits off becomes what a rebuild would call it. The two differ only where a node
    turns up that is senior to those known before: it takes their id.
    """
    rank = {node: place for place, node in enumerate(nodes)}
    clusters: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        clusters[memberships[node].founder].append(node)
    ledger: dict[str, Assignment] = {}
    for founder, members in clusters.items():
        inside = set(members)
        known = {old.founder if old.founder in inside else node for node in members if (old := before.get(node))}
        origin = min(known, key=rank.__getitem__) if known else founder
        own = before.get(origin)
        subject = own.subject_id if own and own.founder == origin else name(origin)
        for node in members:
            member, old = memberships[node], before.get(node)
            since, changed_from = now, None
            if old:
                stayed = old.subject_id == subject
                since = old.matched_at if stayed else now
                changed_from = old.changed_from if stayed else old.subject_id
            ledger[node] = Assignment(subject, origin, member.rule, member.confidence, since, changed_from)
    return ledger
