"""Who earned each won deal: the touches of everyone at the account in the 90 days before, under all eight models."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from ingestion.sandbox.facts import Deal, Facts, Person, Visit, crm_of
from ingestion.sandbox.truth.identity import humans, organisations
from ingestion.sandbox.truth.markov import chain_of, removal_effects
from ingestion.sandbox.truth.pipeline import recorded_deals
from ingestion.sandbox.truth.touchpoints import normalised, touchpoints

LOOKBACK = timedelta(days=90)
HALF_LIFE = timedelta(days=7)
TIMEOUT = timedelta(minutes=30)
MEDIUM_CHANNELS = {"cpc": "paid_search", "email": "email", "affiliate": "affiliates", "paid_social": "paid_social"}
REFERRER_CHANNELS = {"search": "organic_search", "social": "organic_social", "website": "referral", "direct": "direct"}
VIDEO_SITES = {"YouTube"}


@dataclass(frozen=True)
class Touch:
    at: datetime
    channel: str


@dataclass(frozen=True)
class Credit:
    """What one touch earned of one won deal; `touch` is None where nobody at the account was touched."""

    model: str
    crm: str
    deal_id: int
    touch: Touch | None
    share: Fraction


@dataclass(frozen=True)
class _Path:
    """A won deal with its touches in order."""

    deal: Deal
    crm: str
    account: int
    touches: list[Touch]
    anchors: tuple[datetime | None, datetime]


def credits_of_won_deals(facts: Facts) -> Iterator[Credit]:
    """Every touch of every won deal under each model."""
    firms = organisations(facts)
    touches, known_since = _by_account(facts, firms)
    crms = crm_of(facts)
    leads = {lead.converted_deal_id: lead.created_at for lead in facts.leads}
    paths = []
    for deal in recorded_deals(facts):
        if deal.archived_at is not None or deal.stage.current != "closedwon":
            continue
        account, won_at = firms[deal.company_id], deal.stage.changed_at
        led = [touch for touch in touches.get(account, ()) if won_at - LOOKBACK <= touch.at <= won_at]
        known = [at for at in (known_since.get(account), leads.get(deal.deal_id)) if at is not None]
        crm = crms.get(deal.company_id, "hubspot")
        paths.append(_Path(deal, crm, account, led, (min(known, default=None), deal.created_at)))
    effects = removal_effects(chain_of(_journeys(paths, touches)))
    models = {**MODELS, "markov": lambda path, anchors: [Fraction(effects[touch.channel]) for touch in path]}
    for path in paths:
        for model, weigh in models.items():
            if not path.touches:
                yield Credit(model, path.crm, path.deal.deal_id, None, Fraction(1))
                continue
            weights = weigh(path.touches, path.anchors)
            for touch, weight in zip(path.touches, weights, strict=True):
                yield Credit(model, path.crm, path.deal.deal_id, touch, weight / sum(weights))


def _journeys(paths: list[_Path], touches: dict[int, list[Touch]]) -> Iterator[tuple[list[str], bool]]:
    """Paths to a won deal, and of the touches in none of them the stretches without a pause beyond the lookback."""
    used: dict[int, set[int]] = defaultdict(set)
    for path in paths:
        if path.touches:
            used[path.account] |= {id(touch) for touch in path.touches}
            yield [touch.channel for touch in path.touches], True
    for account, found in touches.items():
        stretch: list[Touch] = []
        for touch in (touch for touch in found if id(touch) not in used[account]):
            if stretch and touch.at - stretch[-1].at > LOOKBACK:
                yield [past.channel for past in stretch], False
                stretch = []
            stretch.append(touch)
        if stretch:
            yield [past.channel for past in stretch], False


Weigh = Callable[[list[Touch], tuple[datetime | None, datetime]], list[Fraction]]


def _first(path: list[Touch], anchors: object) -> list[Fraction]:
    return [Fraction(place == 0) for place in range(len(path))]


def _last(path: list[Touch], anchors: object) -> list[Fraction]:
    return _first(path, anchors)[::-1]


def _last_non_direct(path: list[Touch], anchors: object) -> list[Fraction]:
    told = [place for place, touch in enumerate(path) if touch.channel != "direct"]
    return [Fraction(place == (told or [len(path) - 1])[-1]) for place in range(len(path))]


def _linear(path: list[Touch], anchors: object) -> list[Fraction]:
    return [Fraction(1)] * len(path)


def _position_based(path: list[Touch], anchors: object) -> list[Fraction]:
    if len(path) <= 2:
        return _linear(path, anchors)
    middle = Fraction(20, 100 * (len(path) - 2))
    return [Fraction(40, 100), *[middle] * (len(path) - 2), Fraction(40, 100)]


def _w_shaped(path: list[Touch], anchors: tuple[datetime | None, datetime]) -> list[Fraction]:
    weights = [Fraction(0)] * len(path)
    weights[0] += Fraction(30)
    for moment in anchors:
        before = [place for place, touch in enumerate(path) if moment is not None and touch.at <= moment]
        if before:
            weights[before[-1]] += Fraction(30)
    rest = [place for place, weight in enumerate(weights) if not weight]
    for place in rest:
        weights[place] = Fraction(10, len(rest))
    return weights


def _time_decay(path: list[Touch], anchors: object) -> list[Fraction]:
    ages = [(path[-1].at - touch.at) / HALF_LIFE for touch in path]
    return [Fraction(2.0**-age) for age in ages]


MODELS: dict[str, Weigh] = {
    "first_touch": _first,
    "last_touch": _last,
    "last_non_direct": _last_non_direct,
    "linear": _linear,
    "position_based": _position_based,
    "w_shaped": _w_shaped,
    "time_decay": _time_decay,
}


def _by_account(facts: Facts, firms: dict[int, int]) -> tuple[dict[int, list[Touch]], dict[int, datetime]]:
    """Touches of each organisation in order, and since when a CRM has known someone there.

    A touch counts for where the address it came through belongs, not for where its owner works by now.
    """
    who = humans(facts)
    contacts: dict[str, list[Person]] = defaultdict(list)
    owners: dict[str, int | str] = {}
    known_since: dict[int, datetime] = {}
    for person in facts.people:
        email = normalised(person.email)
        owners.setdefault(email, email if email.startswith("info@") else who[person.person_id])
        if person.contact_created_at is not None:
            contacts[email].append(person)
            account = firms[person.company_id]
            known_since[account] = min(known_since.get(account, person.contact_created_at), person.contact_created_at)
    of_owner: dict[int | str, list[Person]] = defaultdict(list)
    for email, people in contacts.items():
        of_owner[owners[email]] += people
    channels = {str(visit.visit_id): _channel(visit) for visit in facts.visits}
    actors: dict[tuple[int | str, int], list[Touch]] = defaultdict(list)
    for point in touchpoints(facts):
        owner = owners[point.email]
        found = contacts[point.email] or of_owner[owner]
        if found and point.kind in ("web_session", "email_click", "referral_registered"):
            living = [person for person in found if person.archived_at is None] or found
            newest = max(living, key=lambda person: person.contact_created_at or person.born_at)
            channel = {"email_click": "email", "referral_registered": "partner"}.get(point.kind)
            actors[owner, firms[newest.company_id]].append(Touch(point.at, channel or channels[point.source_id]))
    touches: dict[int, list[Touch]] = defaultdict(list)
    for (_, account), points in actors.items():
        touches[account] += _merged(points)
    for ordered in touches.values():
        ordered.sort(key=lambda touch: touch.at)
    return touches, known_since


def _merged(points: list[Touch]) -> list[Touch]:
    """One touch for those of a channel that follow each other within the session time-out."""
    kept: list[Touch] = []
    last_at: dict[str, datetime] = {}
    for point in sorted(points, key=lambda t: t.at):
        if point.channel not in last_at or point.at - last_at[point.channel] > TIMEOUT:
            kept.append(point)
        last_at[point.channel] = point.at
    return kept


def _channel(visit: Visit) -> str:
    """What GA4 calls the few ways there are of coming to the company's sites."""
    if visit.campaign_medium is not None:
        return MEDIUM_CHANNELS[visit.campaign_medium]
    return "organic_video" if visit.referrer_name in VIDEO_SITES else REFERRER_CHANNELS[visit.referrer_type]
