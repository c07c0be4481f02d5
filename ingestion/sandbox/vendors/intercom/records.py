"""Intercom's JSON for contacts, companies, teammates and teams."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from ingestion.sandbox.facts import Company, Facts, Owner, Person
from ingestion.sandbox.vendors.intercom.common import (
    TEAM_OFFSET,
    WORKSPACE,
    Item,
    admin_id,
    company_id,
    contact_id,
    epoch,
)
from ingestion.sandbox.vendors.intercom.conversations import conversation

TEAMS = ("Support", "Customer Success", "North America", "Europe", "Asia Pacific", "Marketing")
"""Every team of the company, in an order that keeps their ids."""


class Records:
    """Every record of the workspace, each kind rendered when it is first asked for."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._tickets = facts.tickets
        self._people = {person.person_id: person for person in facts.people}
        self._companies = {company.company_id: company for company in facts.companies}
        self._owners = {owner.owner_id: owner for owner in facts.owners}
        handlers = {owner_id for ticket in self._tickets for _, owner_id in ticket.assignee if owner_id is not None}
        handlers |= {c.author_owner_id for t in self._tickets for c in t.comments if c.author_owner_id is not None}
        self._agents = [owner for owner in facts.owners if owner.team == "Support" or owner.owner_id in handlers]
        own = {owner.team for owner in self._agents} | {"Support"}
        self._teams = [team for team in TEAMS if team in own]

    @cached_property
    def conversations(self) -> list[Item]:
        """Those that were not deleted, with all their parts."""
        team_ids = {team: self._team_id(team) for team in self._teams}
        return [
            conversation(ticket, self._people, self._owners, team_ids)
            for ticket in self._tickets
            if ticket.deleted_at is None
        ]

    @cached_property
    def deleted_conversations(self) -> list[Item]:
        """The ids of deleted conversations, the latest deleted first."""
        gone = [(ticket.deleted_at, ticket.ticket_id) for ticket in self._tickets if ticket.deleted_at is not None]
        return [{"type": "conversation", "id": str(id_)} for _, id_ in sorted(gone, reverse=True)]

    @cached_property
    def contacts(self) -> list[Item]:
        """Whoever wrote: since their first conversation."""
        return [self._contact(self._people[person_id], since) for person_id, since in sorted(self._writers.items())]

    @cached_property
    def companies(self) -> list[Item]:
        """The companies of contacts; Intercom lists none without a contact."""
        users: dict[int, list[datetime]] = {}
        for person_id, since in self._writers.items():
            users.setdefault(self._people[person_id].company_id, []).append(since)
        return [self._company(self._companies[number], since) for number, since in sorted(users.items())]

    @cached_property
    def admins(self) -> list[Item]:
        """Teammates who have not left."""
        return [self._admin(owner) for owner in self._agents if not owner.left_at or owner.left_at > self._facts.as_of]

    @cached_property
    def teams(self) -> list[Item]:
        return [
            {
                "type": "team",
                "id": self._team_id(team),
                "name": team,
                "admin_ids": [
                    int(admin["id"]) for admin in self.admins if int(self._team_id(team)) in admin["team_ids"]
                ],
                "admin_priority_level": {"primary_admin_ids": [], "secondary_admin_ids": []},
                "assignment_limit": 10,
                "distribution_method": "round_robin",
            }
            for team in self._teams
        ]

    @cached_property
    def _writers(self) -> dict[int, datetime]:
        """When each person first wrote."""
        first: dict[int, datetime] = {}
        for ticket in self._tickets:
            wrote = [(ticket.requester_person_id, ticket.created_at)]
            wrote += [(c.author_person_id, c.at) for c in ticket.comments if c.author_person_id is not None]
            for person_id, at in wrote:
                first[person_id] = min(at, first.get(person_id, at))
        return first

    def _team_id(self, team: str) -> str:
        return str(TEAM_OFFSET + 1 + TEAMS.index(team))

    def _contact(self, person: Person, since: datetime) -> Item:
        company = self._companies[person.company_id]
        of_contact = f"/contacts/{contact_id(person.person_id)}"
        reference = {
            "id": company_id(company.company_id),
            "type": "company",
            "url": f"/companies/{company_id(company.company_id)}",
        }
        nothing: Item = {"type": "list", "data": [], "total_count": 0, "has_more": False}
        return {
            "type": "contact",
            "id": contact_id(person.person_id),
            "workspace_id": WORKSPACE,
            "external_id": str(person.person_id),
            "role": "user",
            "email": person.email,
            "phone": person.phone or None,
            "name": f"{person.first_name} {person.last_name}".strip() or None,
            "avatar": None,
            "owner_id": None,
            "social_profiles": {"type": "list", "data": []},
            "has_hard_bounced": False,
            "marked_email_as_spam": False,
            "unsubscribed_from_emails": not person.has_marketing_consent,
            "created_at": epoch(since),
            "updated_at": epoch(max(since, person.updated_at)),
            "signed_up_at": epoch(since),
            "last_seen_at": None,
            "last_replied_at": None,
            "last_contacted_at": None,
            "language_override": None,
            "location": {"type": "location", "country": company.country, "region": None, "city": None},
            "custom_attributes": {"job_title": person.job_title},
            "tags": {**nothing, "url": f"{of_contact}/tags"},
            "notes": {**nothing, "url": f"{of_contact}/notes"},
            "companies": {**nothing, "url": f"{of_contact}/companies", "data": [reference], "total_count": 1},
        }

    def _company(self, company: Company, users: list[datetime]) -> Item:
        since = min(users)
        return {
            "type": "company",
            "id": company_id(company.company_id),
            "app_id": WORKSPACE,
            "company_id": str(company.company_id),
            "name": company.name,
            "website": company.domain,
            "industry": company.industry,
            "size": company.employees,
            "plan": {},
            "remote_created_at": epoch(company.created_at),
            "created_at": epoch(since),
            "updated_at": epoch(max(since, company.updated_at)),
            "last_request_at": None,
            "monthly_spend": 0,
            "session_count": 0,
            "user_count": len(users),
            "custom_attributes": {"country": company.country, "segment": company.segment},
            "tags": {"type": "tag.list", "tags": []},
            "segments": {"type": "segment.list", "segments": []},
        }

    def _admin(self, owner: Owner) -> Item:
        return {
            "type": "admin",
            "id": admin_id(owner.owner_id),
            "name": f"{owner.first_name} {owner.last_name}",
            "email": owner.email,
            "job_title": owner.team,
            "away_mode_enabled": False,
            "away_mode_reassign": False,
            "away_status_reason_id": None,
            "has_inbox_seat": True,
            "team_ids": [int(self._team_id(owner.team))],
            "team_priority_level": {"primary_team_ids": [], "secondary_team_ids": []},
            "avatar": None,
        }
