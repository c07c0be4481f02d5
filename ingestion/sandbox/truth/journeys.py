"""The whole way of every person and account, from the first visit on: what shows a stage, and how one moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ingestion.sandbox.facts import Facts, crm_of, unit_of
from ingestion.sandbox.truth.stages import customer_events, joined
from ingestion.sandbox.truth.touchpoints import normalised, touchpoints

ORDER = (
    "visitor", "engaged", "lead", "marketing_qualified", "sales_qualified", "opportunity", "lost",
    "customer", "onboarded", "retained", "expanded", "churned",
)  # fmt: skip
"""How far each stage is; `lost` is the end of the last open deal without one won, no stage itself."""
BOUGHT = ("customer", "onboarded", "retained", "expanded")
LIFECYCLE = {"marketingqualifiedlead": "marketing_qualified", "salesqualifiedlead": "sales_qualified"}

Event = tuple[datetime, str]
"""An instant and what it shows, one of `ORDER`."""


@dataclass(frozen=True)
class Identities:
    """Which warehouse subject each record belongs to: identity is proved elsewhere, so it is given here."""

    person: Callable[[str], str | None]
    """By address, as `normalised` writes it."""
    account_of_person: Callable[[str], str | None]
    account_of_customer: Callable[[str], str]
    account_of_company: Callable[[str, int], str]
    """By CRM and company."""


def journeys(facts: Facts, who: Identities) -> tuple[dict[str, list[Event]], dict[str, list[Event]]]:
    """Every stage entered, by person and by account, in order. Stages are `ORDER` without `lost`.

    Up to the deal, a person's way is their own and an account's that of the furthest of its people; who is known when
    the account is a customer is one with it.
    """
    own = person_events(facts, who)
    of_accounts: dict[str, list[Event]] = defaultdict(list)
    for person, events in own.items():
        if (account := who.account_of_person(person)) is not None:
            of_accounts[account] += events
    crms = crm_of(facts)
    for company in facts.companies:
        crm = crms[company.company_id]
        at = company.created_at if crm == "hubspot" else company.account_created_at
        if at is not None and (company.archived_at is None or company.merged_into is not None):
            of_accounts[who.account_of_company(crm, company.company_id)].append((at, "lead"))
    for account, stage, at in customer_events(facts, who.account_of_customer, who.account_of_company):
        of_accounts[account].append((at, stage))
    for subject, event in _deals(facts, lambda deal: {who.account_of_company(crms[deal.company_id], deal.company_id)}):
        of_accounts[subject].append(event)
    accounts = {account: way(events, facts.as_of) for account, events in of_accounts.items()}

    addresses = {person.person_id: normalised(person.email) for person in facts.people}
    merged = {person.person_id: person.merged_into for person in facts.people}

    def takes_part(person_id: int) -> str | None:
        while (survivor := merged[person_id]) is not None:
            person_id = survivor
        return who.person(addresses[person_id])

    for subject, event in _deals(facts, lambda deal: {p for i in deal.person_ids if (p := takes_part(i))}):
        own[subject].append(event)
    people = {}
    for person, events in own.items():
        known_since = min(at for at, _ in events)
        inherited = list(_inherited(accounts.get(who.account_of_person(person) or "", []), known_since))
        people[person] = way(events, facts.as_of, inherited)
    return people, accounts


def way(events: Iterable[Event], until: datetime, inherited: Iterable[Event] = ()) -> list[Event]:
    """The stages entered by someone of whom `events` are known; what is `inherited` is that of a customer."""
    passed = [(at, ORDER.index(stage), False) for at, stage in events if at <= until]
    passed += [(at, ORDER.index(stage), True) for at, stage in inherited if at <= until]
    entries: list[Event] = []
    height, is_customer, has_left = -1, False, False
    for at, place, is_inherited in sorted(set(passed)):
        stage = ORDER[place]
        is_customer = is_customer or stage == "customer" or (is_inherited and stage != "churned")
        if stage == "lost":
            if is_customer:
                continue
            stage = "churned" if has_left else "lead"
        elif (stage == "churned" or stage in BOUGHT) and not is_customer:
            continue
        if ORDER[place] in ("lost", "churned"):
            has_left = has_left or stage == "churned"
            is_customer = False
            height = ORDER.index("sales_qualified") if has_left else ORDER.index("lead")
        elif place > height:
            height = place
        else:
            continue
        if not entries or entries[-1][1] != stage:
            entries.append((at, stage))
    return entries


def person_events(facts: Facts, who: Identities) -> dict[str, list[Event]]:
    """What shows a stage before the deal, by person. Test records are nobody."""
    found: dict[str, list[Event]] = defaultdict(list)

    def show(email: str, at: datetime | None, stage: str) -> None:
        person = who.person(normalised(email))
        if person is not None and at is not None:
            found[person].append((at, stage))

    shows = {"web_session": "visitor", "goal_reached": "engaged", "email_click": "engaged"}
    for point in touchpoints(facts):
        if point.kind in shows:
            show(point.email, point.at, shows[point.kind])
    units = unit_of(facts)
    people = {person.person_id: person for person in facts.people}
    for person in facts.people:
        if person.contact_created_at is None or person.is_test_record:
            continue
        if person.archived_at is not None and person.merged_into is None:
            continue
        show(person.email, person.contact_created_at, "lead")
        if units[person.company_id] == "northwind":
            for at, value in person.lifecycle:
                if value in LIFECYCLE:
                    show(person.email, at, LIFECYCLE[value])
    for lead in facts.leads:
        if lead.archived_at is None and not people[lead.person_id].is_test_record:
            email = people[lead.person_id].email
            show(email, lead.created_at, "lead")
            show(email, lead.qualified_at, "marketing_qualified")
            show(email, lead.converted_at, "sales_qualified")
    return found


def _deals(facts: Facts, subjects: Callable[..., set[str]]) -> Iterator[tuple[str, Event]]:
    """Each stretch in which a subject had open deals: its beginning, and its end if nothing was won in it."""
    open_spells: dict[str, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    wins: dict[str, list[datetime]] = defaultdict(list)
    for deal in facts.deals:
        steps: list[tuple[datetime, str]] = [(at, stage) for at, stage in deal.stage]
        if deal.archived_at is not None:
            steps = [*(step for step in steps if step[0] < deal.archived_at), (deal.archived_at, "closed")]
        for subject in subjects(deal):
            since: datetime | None = None
            for at, stage in steps:
                if stage.startswith("closed") and since is not None:
                    open_spells[subject].append((since, at))
                    since = None
                elif not stage.startswith("closed") and since is None:
                    since = at
                if stage == "closedwon":
                    wins[subject].append(at)
            if since is not None:
                open_spells[subject].append((since, None))
    for subject, spells in open_spells.items():
        for begins_at, ends_at in joined(spells):
            yield subject, (begins_at, "opportunity")
            if ends_at is not None and not any(begins_at <= at <= ends_at for at in wins[subject]):
                yield subject, (ends_at, "lost")


def _inherited(of_account: list[Event], known_since: datetime) -> Iterator[Event]:
    """The stages as a customer that the account was in once the person was known."""
    for number, (at, stage) in enumerate(of_account):
        left_at = of_account[number + 1][0] if number + 1 < len(of_account) else None
        if stage in BOUGHT and (left_at is None or left_at > known_since):
            yield max(at, known_since), stage
        elif stage == "churned" and at > known_since and of_account[number - 1][1] in BOUGHT:
            yield at, stage
