"""Zendesk's JSON for tickets, users, organisations, satisfaction ratings and groups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property

from ingestion.sandbox.facts import Facts, Owner, Person, Ticket
from ingestion.sandbox.vendors.zendesk.common import (
    AGENT_OFFSET,
    GROUP_OFFSET,
    ORGANIZATION_OFFSET,
    PERSON_OFFSET,
    Export,
    Item,
    iso,
    ordered,
    seconds,
)
from ingestion.sandbox.vendors.zendesk.events import audits, metric_events, render_comments


class Records:
    """Every record of the help desk, each kind rendered when it is first asked for."""

    def __init__(self, facts: Facts, base_url: str) -> None:
        self._base_url = base_url
        self._owners = {owner.owner_id: owner for owner in facts.owners}
        self._people = {person.person_id: person for person in facts.people}
        self._companies = {company.company_id: company for company in facts.companies}
        self._source = facts.tickets
        self._tickets = {ticket.ticket_id: ticket for ticket in facts.tickets}
        self._group_ids = {team: GROUP_OFFSET + n for n, team in enumerate(("Support", "Customer Success"), start=1)}
        self._starts_at = iso(datetime.combine(facts.starts_on, datetime.min.time(), UTC))

    @cached_property
    def tickets(self) -> list[Export]:
        return ordered(self._ticket(ticket) for ticket in self._source)

    @cached_property
    def users(self) -> list[Export]:
        return ordered(self._users())

    @cached_property
    def organizations(self) -> list[Export]:
        return ordered(self._organizations())

    @cached_property
    def metric_events(self) -> list[Export]:
        return ordered(export for ticket in self._source for export in metric_events(ticket))

    @cached_property
    def ticket_events(self) -> list[Export]:
        """The audits of all tickets, in which a comment is only told to exist."""
        return ordered(export for ticket in self._source for export in audits(ticket, with_comments=False))

    @cached_property
    def ticket_events_with_comments(self) -> list[Export]:
        return ordered(export for ticket in self._source for export in audits(ticket, with_comments=True))

    @cached_property
    def ratings(self) -> list[Item]:
        rated = [ticket for ticket in self._source if ticket.satisfaction_score and ticket.satisfaction_at]
        return sorted(map(self._rating, rated), key=lambda rating: (rating["created_at"], rating["id"]))

    @cached_property
    def groups(self) -> list[Item]:
        return [self._group(team, group_id) for team, group_id in self._group_ids.items()]

    def comments(self, ticket_id: int) -> list[Item] | None:
        """The comments of one ticket, None when there is no such ticket."""
        ticket = self._tickets.get(ticket_id)
        return render_comments(ticket) if ticket else None

    @property
    def living(self) -> int:
        """Tickets that are not deleted."""
        return sum(ticket.deleted_at is None for ticket in self._source)

    def _group_of(self, owner_id: int | None) -> int:
        owner = self._owners.get(owner_id) if owner_id is not None else None
        return self._group_ids.get(owner.team if owner else "Support", self._group_ids["Support"])

    def _ticket(self, ticket: Ticket) -> Export:
        assignee = ticket.assignee.current
        changed_at = max(ticket.updated_at, ticket.deleted_at or ticket.updated_at)
        rating: Item = {"score": ticket.satisfaction_score or "unoffered"}
        if ticket.satisfaction_score:
            rating |= {"id": rating_id(ticket), "comment": ticket.satisfaction_comment}
        body = {
            "id": ticket.ticket_id,
            "url": f"{self._base_url}/api/v2/tickets/{ticket.ticket_id}.json",
            "external_id": None,
            "via": {"channel": ticket.channel, "source": {"from": {}, "to": {}, "rel": None}},
            "created_at": iso(ticket.created_at),
            "updated_at": iso(changed_at),
            "generated_timestamp": seconds(changed_at),
            "type": None,
            "subject": ticket.subject,
            "raw_subject": ticket.subject,
            "description": ticket.comments[0].body if ticket.comments else "",
            "priority": ticket.priority,
            "status": "deleted" if ticket.deleted_at else ticket.status.current,
            "recipient": None,
            "requester_id": PERSON_OFFSET + ticket.requester_person_id,
            "submitter_id": PERSON_OFFSET + ticket.requester_person_id,
            "assignee_id": AGENT_OFFSET + assignee if assignee is not None else None,
            "organization_id": ORGANIZATION_OFFSET + ticket.company_id,
            "group_id": self._group_of(assignee),
            "collaborator_ids": [],
            "follower_ids": [],
            "problem_id": None,
            "has_incidents": False,
            "is_public": True,
            "due_at": None,
            "tags": [],
            "custom_fields": [],
            "satisfaction_rating": rating,
            "ticket_form_id": None,
            "brand_id": 60_000_001,
            "allow_channelback": False,
        }
        return Export(seconds(changed_at), ticket.ticket_id, body)

    def _users(self) -> Iterator[Export]:
        """Requesters from their first ticket or comment on; agents of the two teams and whoever else handled one."""
        known_since: dict[int, datetime] = {}
        organizations: dict[int, int] = {}
        agents = {owner.owner_id for owner in self._owners.values() if owner.team in self._group_ids}
        for ticket in self._source:
            organizations.setdefault(ticket.requester_person_id, ticket.company_id)
            appearances = [(ticket.requester_person_id, ticket.created_at)]
            appearances += [(c.author_person_id, c.at) for c in ticket.comments if c.author_person_id is not None]
            for person_id, at in appearances:
                known_since[person_id] = min(at, known_since.get(person_id, at))
            agents |= {c.author_owner_id for c in ticket.comments if c.author_owner_id is not None}
            agents |= {owner_id for _, owner_id in ticket.assignee if owner_id is not None}
        for person_id, since in known_since.items():
            person = self._people[person_id]
            yield self._end_user(person, since, organizations.get(person_id, person.company_id))
        for owner_id in sorted(agents):
            yield self._agent(self._owners[owner_id])

    def _user(self, user_id: int, name: str, email: str, created_at: datetime, updated_at: datetime) -> Item:
        return {
            "id": user_id,
            "url": f"{self._base_url}/api/v2/users/{user_id}.json",
            "name": name,
            "email": email,
            "created_at": iso(created_at),
            "updated_at": iso(updated_at),
            "time_zone": "UTC",
            "locale": "en-US",
            "external_id": None,
            "verified": True,
            "shared": False,
            "tags": [],
            "user_fields": {},
        }

    def _end_user(self, person: Person, since: datetime, company_id: int) -> Export:
        updated_at = max(since, person.updated_at)
        body = self._user(
            PERSON_OFFSET + person.person_id, f"{person.first_name} {person.last_name}", person.email, since, updated_at
        )
        body |= {
            "role": "end-user",
            "phone": person.phone or None,
            "organization_id": ORGANIZATION_OFFSET + company_id,
            "active": True,
            "suspended": False,
        }
        return Export(seconds(updated_at), body["id"], body)

    def _agent(self, owner: Owner) -> Export:
        updated_at = owner.left_at or owner.hired_at
        body = self._user(
            AGENT_OFFSET + owner.owner_id,
            f"{owner.first_name} {owner.last_name}",
            owner.email,
            owner.hired_at,
            updated_at,
        )
        body |= {
            "role": "agent",
            "phone": None,
            "organization_id": None,
            "default_group_id": self._group_of(owner.owner_id),
            "active": owner.left_at is None,
            "suspended": False,
        }
        return Export(seconds(updated_at), body["id"], body)

    def _organizations(self) -> Iterator[Export]:
        first: dict[int, datetime] = {}
        for ticket in self._source:
            first[ticket.company_id] = min(ticket.created_at, first.get(ticket.company_id, ticket.created_at))
        for company_id, created_at in first.items():
            company = self._companies[company_id]
            updated_at = max(created_at, company.updated_at)
            organization_id = ORGANIZATION_OFFSET + company_id
            body: Item = {
                "id": organization_id,
                "url": f"{self._base_url}/api/v2/organizations/{organization_id}.json",
                "name": company.name,
                "domain_names": [company.domain],
                "external_id": None,
                "created_at": iso(created_at),
                "updated_at": iso(updated_at),
                "tags": [],
                "organization_fields": {},
                "deleted_at": None,
            }
            yield Export(seconds(updated_at), organization_id, body)

    def _rating(self, ticket: Ticket) -> Item:
        assert ticket.satisfaction_at is not None
        assignee = ticket.assignee.at(ticket.satisfaction_at)
        return {
            "id": rating_id(ticket),
            "url": f"{self._base_url}/api/v2/satisfaction_ratings/{rating_id(ticket)}.json",
            "assignee_id": AGENT_OFFSET + assignee if assignee is not None else None,
            "group_id": self._group_of(assignee),
            "requester_id": PERSON_OFFSET + ticket.requester_person_id,
            "ticket_id": ticket.ticket_id,
            "score": ticket.satisfaction_score,
            "comment": ticket.satisfaction_comment,
            "reason": None,
            "created_at": iso(ticket.satisfaction_at),
            "updated_at": iso(ticket.satisfaction_at),
        }

    def _group(self, team: str, group_id: int) -> Item:
        return {
            "id": group_id,
            "url": f"{self._base_url}/api/v2/groups/{group_id}.json",
            "name": team,
            "description": "",
            "default": team == "Support",
            "is_public": True,
            "deleted": False,
            "created_at": self._starts_at,
            "updated_at": self._starts_at,
        }


def rating_id(ticket: Ticket) -> int:
    return ticket.satisfaction_id if ticket.satisfaction_id is not None else ticket.ticket_id
