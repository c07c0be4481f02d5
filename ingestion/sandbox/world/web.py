"""Visits to the website: anonymous traffic, prospects who look around first, contacts and customers who log in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from ingestion.sandbox.facts import PageAction, Person, Visit
from ingestion.sandbox.world import units
from ingestion.sandbox.world.engine import World, growth, later, poisson, working_time
from ingestion.sandbox.world.names import COUNTRIES

SITE = "https://www.northwind-trading.example"
SITES = {"matomo": SITE, "ga4": "https://www.meridian-systems.example"}
"""The websites, by who measures them."""
PAGES = (
    ("/", "Home"),
    ("/platform", "The platform"),
    ("/pricing", "Pricing"),
    ("/hardware", "Scanners and gateways"),
    ("/customers", "Customer stories"),
    ("/blog/warehouse-metrics", "Warehouse metrics that matter"),
    ("/blog/cycle-counting", "Cycle counting without tears"),
    ("/docs/getting-started", "Getting started"),
    ("/partners", "Partners"),
)
GOALS = {1: "Demo request", 2: "Contact form", 3: "White paper", 4: "Newsletter"}
CHANNELS = ("paid_search", "organic_search", "email", "referral", "direct", "organic_social")
CHANNEL_WEIGHTS = (24, 30, 8, 10, 18, 10)
WEB_RHYTHM = (1.0, 1.05, 1.05, 1.0, 0.85, 0.4, 0.4)


def new_visitor_id(rng: Random) -> str:
    """Sixteen hex digits, one for each device."""
    return f"{rng.getrandbits(64):016x}"


def browse(
    world: World,
    rng: Random,
    visitor_id: str,
    channel: str,
    country: str,
    person_id: int | None = None,
    user_id: str | None = None,
    goal_id: int | None = None,
    *,
    unit: str,
) -> Visit:
    """Record a visit that starts now; it ends before midnight, so no day ever shows half a visit."""
    site = units.site_of(world, unit, visitor_id)
    address = SITES[site]
    views = max(1, min(12, round(rng.expovariate(1 / 2.4))))
    moment = world.now
    last = moment.replace(hour=23, minute=59, second=0)
    actions = []
    for number in range(views):
        path, title = PAGES[0] if number == 0 and rng.random() < 0.5 else rng.choice(PAGES)
        actions.append(PageAction(moment, "action", address + path, title))
        moment = min(last, moment + timedelta(seconds=rng.randint(5, 240)))
    if goal_id is not None:
        actions.append(PageAction(moment, "goal", address + "/form", GOALS[goal_id], goal_id, GOALS[goal_id]))
    referrer_type, referrer, source, medium, campaign = _origin(world, rng, channel, moment.date())
    # A device keeps its type and browser: they follow from its id.
    device = int(visitor_id[:4], 16)
    visit_id = world.new_id("visit", 5001)
    if channel == "organic_social" and world.social_campaigns:
        source, medium, campaign = _sponsored(world, visit_id, source, medium, campaign)
    visit = Visit(
        visit_id=visit_id,
        visitor_id=visitor_id,
        person_id=person_id,
        user_id=user_id,
        started_at=world.now,
        ended_at=moment,
        referrer_type=referrer_type,
        referrer_name=referrer,
        campaign_source=source,
        campaign_medium=medium,
        campaign_name=campaign,
        device_type=("desktop", "smartphone", "desktop", "tablet", "desktop")[device % 5],
        browser=("Chrome", "Firefox", "Safari", "Microsoft Edge")[device // 5 % 4],
        country=country,
        actions=actions,
        site=site,
    )
    late = world.rng("late hits", visit_id) if site == "ga4" else None
    if late is not None and late.random() < 0.025:
        visit.received_at = (moment + timedelta(hours=late.uniform(20, 70))).replace(microsecond=0)
        world.schedule(visit.received_at, receive, visit)
    else:
        receive(world, visit)
    return visit


def receive(world: World, visit: Visit) -> None:
    """The tracker has the visit."""
    world.facts.visits.append(visit)


def _sponsored(
    world: World, visit_id: int, source: str | None, medium: str | None, campaign: str | None
) -> tuple[str | None, str | None, str | None]:
    """Half of what comes from social networks comes through an advertisement that is running."""
    rng = world.rng("sponsored", visit_id)
    running = [c for c in world.social_campaigns if c.status.current == "ENABLED"]
    if not running or rng.random() < 0.5:
        return source, medium, campaign
    return "linkedin", "paid_social", rng.choice(running).utm_campaign


def _origin(
    world: World, rng: Random, channel: str, day: date
) -> tuple[str, str | None, str | None, str | None, str | None]:
    if channel == "paid_search":
        running = [c for c in world.campaigns if c.starts_on <= day and c.status.current == "ENABLED"]
        name = rng.choice(running).utm_campaign if running else "brand"
        return "campaign", name, "google", "cpc", name
    if channel == "email":
        return "campaign", "newsletter", "mailchimp", "email", f"newsletter-{day:%Y-%m}"
    if channel == "partner" and world.partners:
        return (
            "campaign",
            "partner",
            rng.choice(world.partners).key,
            "affiliate",
            "partner",
        )
    if channel == "organic_search":
        return (
            "search",
            rng.choice(("Google", "Google", "Bing", "DuckDuckGo")),
            None,
            None,
            None,
        )
    if channel == "organic_social":
        return "social", rng.choice(("LinkedIn", "YouTube")), None, None, None
    if channel == "referral":
        return (
            "website",
            rng.choice(("warehouse-review.example", "supply-forum.example")),
            None,
            None,
            None,
        )
    return "direct", None, None, None, None


def tick(world: World, day: date) -> None:
    """The day's anonymous traffic; few of these visitors are ever heard of again."""
    rng = world.rng("traffic", day)
    for number in range(poisson(rng, 4.6 * world.scale * growth(day) * WEB_RHYTHM[day.weekday()])):
        stream = world.rng("traffic", day, number)
        moment = working_time(stream, day) + timedelta(hours=stream.uniform(-6, 4))
        world.schedule(
            moment,
            stranger,
            new_visitor_id(stream),
            stream.choices(CHANNELS, CHANNEL_WEIGHTS)[0],
            0,
        )


def stranger(world: World, visitor_id: str, channel: str, visits: int) -> None:
    """One visit of somebody who stays unknown; a third come back."""
    rng = world.rng("stranger", visitor_id, visits)
    country = COUNTRIES[int(visitor_id[4:8], 16) % len(COUNTRIES)][0]
    goal = 3 if rng.random() < 0.01 else None
    unit = units.of_firm(world, "stranger", visitor_id)
    browse(world, rng, visitor_id, channel, country, goal_id=goal, unit=unit)
    if rng.random() < 0.3:
        world.schedule(later(rng, world.now, 0.5, 30), stranger, visitor_id, "direct", visits + 1)


def return_visit(world: World, person: Person, country: str, visits: int) -> None:
    """A known person comes back, sometimes on a new device, logged in about half the time; then maybe again."""
    if person.archived_at is not None:
        return
    rng = world.rng("return", person.person_id, visits)
    if rng.random() < 0.12 and len(person.visitor_ids) < 4:
        person.visitor_ids.append(new_visitor_id(rng))
    channel = rng.choices(CHANNELS, (6, 20, 25, 4, 40, 5))[0]
    user_id = person.email if rng.random() < 0.45 else None
    goal = rng.choice((3, 4)) if rng.random() < 0.06 else None
    browse(
        world,
        rng,
        rng.choice(person.visitor_ids),
        channel,
        country,
        person.person_id,
        user_id,
        goal,
        unit=world.companies[person.company_id].business_unit,
    )
    if rng.random() < 0.78:
        world.schedule(next_return(rng, world.now), return_visit, person, country, visits + 1)


def next_return(rng: Random, after: datetime) -> datetime:
    """When somebody comes back: soon after the last time, or weeks later."""
    return later(rng, after, 0.2, rng.choice((5, 30, 120)))
