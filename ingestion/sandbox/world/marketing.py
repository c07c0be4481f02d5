"""Advertising day by day, audiences, and the newsletters sent to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random

from ingestion.sandbox.facts import (
    AdCampaign,
    AdDay,
    AudienceMember,
    EmailActivity,
    EmailCampaign,
    History,
    Person,
)
from ingestion.sandbox.world.engine import (
    STARTS_ON,
    World,
    growth,
    later,
    midnight,
    poisson,
    working_time,
)
from ingestion.sandbox.world.names import latin, misspelt
from ingestion.sandbox.world.web import SITE

CHANNEL_TYPES = ("SEARCH", "PERFORMANCE_MAX", "SEARCH", "DISPLAY", "VIDEO", "SEARCH")
AD_CURRENCIES = ("USD", "EUR", "USD", "GBP")
RESPONSE = {
    # what is shown on a working day, how much of it is clicked, and what a click costs in millionths
    "SEARCH": (2200, 0.031, 900_000, 2_600_000),
    "PERFORMANCE_MAX": (2200, 0.014, 900_000, 2_600_000),
    "DISPLAY": (9000, 0.003, 900_000, 2_600_000),
    "VIDEO": (2200, 0.004, 900_000, 2_600_000),
    "SPONSORED_UPDATES": (1800, 0.0062, 4_200_000, 9_800_000),
    "SPONSORED_INMAILS": (420, 0.031, 2_500_000, 5_900_000),
    "TEXT_AD": (5200, 0.0009, 2_900_000, 6_400_000),
    "DYNAMIC": (2600, 0.0018, 3_800_000, 8_100_000),
}
SOCIAL_TYPES = ("SPONSORED_UPDATES", "SPONSORED_INMAILS", "SPONSORED_UPDATES", "TEXT_AD", "DYNAMIC")
SOCIAL_OBJECTIVES = ("LEAD_GENERATION", "WEBSITE_VISIT", "WEBSITE_CONVERSION", "BRAND_AWARENESS")
SOCIAL_THEMES = ("Warehouse leaders", "Cold chain", "Operations", "Case study")
SOCIAL_GROUPS = ("Awareness", "Demand", "Always on")
THEMES = ("brand", "wms", "inventory", "scanner", "retarget", "competitor")
LISTS = (
    ("a1f3c09e21", "Newsletter Americas"),
    ("b27d11c8e4", "Newsletter Europe"),
    ("c38e22d9f5", "Newsletter Asia Pacific"),
    ("d49f33ea06", "Product news"),
    ("e5a044fb17", "Events"),
    ("f6b1550c28", "Partners and friends"),
)
REGION_LIST = {"North America": 0, "Europe": 1, "Asia Pacific": 2}


def open_campaigns(world: World) -> None:
    """Half the advertising campaigns start with the simulation, the others later; and the audiences."""
    for vendor, start_one in (("google_ads", launch), ("linkedin_ads", launch_social)):
        share = world.mix[vendor]
        number = max(4, round(12 * world.scale * share / 100)) if share else 0
        for index in range(number):
            start = STARTS_ON if index * 2 < number else STARTS_ON + timedelta(days=120 + 900 * index // number)
            world.schedule(midnight(start), start_one, index)
    for list_id, name in LISTS:
        world.facts.email_lists.append((list_id, name, datetime(2022, 12, 12, 9, tzinfo=UTC)))
    world.schedule(datetime(2023, 1, 19, 10, tzinfo=UTC), send, 0)


def launch(world: World, index: int) -> None:
    """A campaign starts; it may be paused and resumed, and some end."""
    rng = world.rng("ad campaign", index)
    theme = THEMES[index % len(THEMES)]
    currency = AD_CURRENCIES[index % len(AD_CURRENCIES)]
    name = f"{theme.capitalize()} {currency} {index + 1}"
    campaign = AdCampaign(
        campaign_id=world.new_id("ad campaign", 90210001),
        name=name,
        channel_type=CHANNEL_TYPES[index % len(CHANNEL_TYPES)],
        utm_campaign=name.lower().replace(" ", "-"),
        currency=currency,
        starts_on=world.now.date(),
        ends_on=None,
        status=History(world.now, "ENABLED"),
    )
    world.campaigns.append(campaign)
    run(world, campaign, rng)


def launch_social(world: World, index: int) -> None:
    """A campaign on LinkedIn starts."""
    theme, objective = SOCIAL_THEMES[index % len(SOCIAL_THEMES)], SOCIAL_OBJECTIVES[index % len(SOCIAL_OBJECTIVES)]
    name = f"{theme} {AD_CURRENCIES[index % len(AD_CURRENCIES)]} {index + 1}"
    campaign = AdCampaign(
        campaign_id=world.new_id("social campaign", 350210001),
        name=name,
        channel_type=SOCIAL_TYPES[index % len(SOCIAL_TYPES)],
        utm_campaign="li-" + name.lower().replace(" ", "-"),
        currency=AD_CURRENCIES[index % len(AD_CURRENCIES)],
        starts_on=world.now.date(),
        ends_on=None,
        status=History(world.now, "ENABLED"),
        platform="linkedin_ads",
        group=SOCIAL_GROUPS[index % len(SOCIAL_GROUPS)],
        objective=objective,
    )
    world.social_campaigns.append(campaign)
    run(world, campaign, world.rng("social campaign", index))


def run(world: World, campaign: AdCampaign, rng: Random) -> None:
    """Put a campaign on the books; half are paused one day, and resumed or removed."""
    world.facts.ad_campaigns.append(campaign)
    if rng.random() < 0.5:
        pause = midnight(world.now.date() + timedelta(days=rng.randint(90, 700)))
        world.schedule(pause, switch, campaign, "PAUSED")
        resume = pause + timedelta(days=rng.randint(10, 60))
        world.schedule(resume, switch, campaign, "ENABLED" if rng.random() < 0.7 else "REMOVED")


def switch(world: World, campaign: AdCampaign, status: str) -> None:
    """Pause, resume or remove a campaign."""
    campaign.status.set(world.now, status)
    if status == "REMOVED":
        campaign.ends_on = world.now.date()


def tick(world: World, day: date) -> None:
    """The day's advertising, and people who join an audience."""
    for campaign in (*world.campaigns, *world.social_campaigns):
        if campaign.status.current == "ENABLED":
            advertise(world, campaign, day)


def advertise(world: World, campaign: AdCampaign, day: date) -> None:
    """One campaign's day; conversions become known over the following month."""
    rng = world.rng("ad day", campaign.campaign_id, day)
    weekday = 1.0 if day.weekday() < 5 else 0.45
    level = growth(day) * weekday * rng.uniform(0.7, 1.3)
    shown, share, cheapest, dearest = RESPONSE[campaign.channel_type]
    impressions = int(shown * level)
    clicks = int(impressions * share * rng.uniform(0.8, 1.2))
    cost_micros = clicks * rng.randint(cheapest, dearest)
    conversions = poisson(rng, clicks * 0.035)
    by_lag = [0] * 31
    for _ in range(conversions):
        by_lag[min(30, int(rng.expovariate(1 / 4)))] += 1
    world.facts.ad_days.append(
        AdDay(
            campaign.campaign_id,
            day,
            impressions,
            clicks,
            cost_micros,
            by_lag,
            60_000_000,
        )
    )


def invite(world: World, person: Person, region: str) -> None:
    """A consenting contact is put on the newsletter of the region, and sometimes on a second list."""
    rng = world.rng("audience", person.person_id)
    chosen = [REGION_LIST[region]] + ([rng.choice((3, 3, 4, 5))] if rng.random() < 0.45 else [])
    for index in chosen:
        first, last = person.first_name, person.last_name
        if rng.random() < 0.15:
            first, last = latin(first), misspelt(rng, latin(last))
        member = AudienceMember(
            list_id=LISTS[index][0],
            person_id=person.person_id,
            email=person.email.capitalize() if rng.random() < 0.05 else person.email,
            first_name=first if rng.random() < 0.9 else "",
            last_name=last,
            subscribed_at=world.now,
            status=History(world.now, "subscribed"),
            updated_at=world.now,
        )
        key = (member.list_id, member.email.lower())
        if key not in world.member_emails:
            world.member_emails.add(key)
            world.members[member.list_id].append(member)
            world.facts.audience_members.append(member)


def send(world: World, number: int) -> None:
    """A newsletter to one list, and the next one twelve days later to another."""
    list_id, name = LISTS[(0, 1, 3, 2, 1, 0, 4, 5)[number % 8]]
    campaign = EmailCampaign(world.code("c"), list_id, f"{name} #{number + 1}", world.now)
    world.facts.email_campaigns.append(campaign)
    rng = world.rng("newsletter", number)
    for member in world.members[list_id]:
        if member.status.current == "subscribed" and rng.random() < 0.85:
            deliver(world, campaign, member)
    world.schedule(working_time(rng, (world.now + timedelta(days=12)).date()), send, number + 1)


def deliver(world: World, campaign: EmailCampaign, member: AudienceMember) -> None:
    """One message: bounced, ignored, opened, clicked, or answered by leaving the list."""
    rng = world.rng("mail", campaign.campaign_id, member.person_id)
    act(world, campaign, member, "sent")
    fate = rng.random()
    if fate < 0.006:
        return world.schedule(world.now + timedelta(minutes=2), act, campaign, member, "bounce")
    if fate < 0.36:
        opened = world.now + timedelta(minutes=rng.expovariate(1 / 500) + 1)
        world.schedule(opened, act, campaign, member, "open")
        if rng.random() < 0.22:
            url = f"{SITE}/blog/warehouse-metrics"
            world.schedule(
                opened + timedelta(seconds=rng.randint(5, 300)),
                act,
                campaign,
                member,
                "click",
                url,
            )
        if rng.random() < 0.012:
            world.schedule(opened + timedelta(minutes=3), act, campaign, member, "unsub")


def act(
    world: World,
    campaign: EmailCampaign,
    member: AudienceMember,
    action: str,
    url: str | None = None,
) -> None:
    """Record what happened to a message; a bounce or a goodbye ends the membership."""
    world.facts.email_activity.append(
        EmailActivity(
            campaign.campaign_id,
            campaign.list_id,
            member.person_id,
            member.email,
            action,
            world.now,
            url,
        )
    )
    ends = {"bounce": "cleaned", "unsub": "unsubscribed"}
    if action in ends and member.status.current == "subscribed":
        member.status.set(world.now, ends[action])
        member.updated_at = world.now


def schedule_invitation(world: World, person: Person, region: str) -> None:
    """Consenting contacts join an audience within a week."""
    if person.has_marketing_consent:
        rng = world.rng("invitation", person.person_id)
        world.schedule(later(rng, world.now, 0, 7), invite, person, region)
