"""Google Ads' staging models against the world that the sandbox served."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ingestion.sandbox.facts import Facts

Query = Callable[[str], list[tuple[Any, ...]]]


def test_spend_is_the_world_to_the_micro(canonical: Query, modelled_world: Facts) -> None:
    as_of = modelled_world.as_of.date()
    currency = {row.campaign_id: row.currency for row in modelled_world.ad_campaigns}
    expected = {
        (f"google_ads:{row.campaign_id}", row.day): (
            Decimal(row.cost_micros).scaleb(-6),
            currency[row.campaign_id],
            row.impressions,
            row.clicks,
            Decimal(row.conversions_known(as_of)),
        )
        for row in modelled_world.ad_days
        if row.cost_micros or row.impressions or row.clicks
    }
    found = canonical(
        "select campaign_id, spend_date, cost, currency_code, impressions, clicks, conversions "
        "from canonical.marketing_spend"
    )
    assert {(campaign, day): tuple(rest) for campaign, day, *rest in found} == expected != {}


def test_campaigns_carry_channel_tag_and_status(canonical: Query, modelled_world: Facts) -> None:
    channel = {"SEARCH": "paid_search", "PERFORMANCE_MAX": "paid_search", "DISPLAY": "display", "VIDEO": "paid_video"}
    expected = {
        (
            str(row.campaign_id),
            row.name,
            channel[row.channel_type],
            row.utm_campaign,
            row.status.current.lower(),
            row.currency,
            row.starts_on,
        )
        for row in modelled_world.ad_campaigns
    }
    found = canonical(
        "select source_record_id, name, channel, utm_campaign, status, currency_code, cast(started_at as date) "
        "from canonical.campaigns where source = 'google_ads'"
    )
    assert set(found) == expected


def test_every_day_belongs_to_a_campaign_of_the_same_channel(canonical: Query) -> None:
    assert canonical(
        "select count(*) from canonical.marketing_spend as spend "
        "left join canonical.campaigns as campaigns using (campaign_id) "
        "where campaigns.channel is distinct from spend.channel"
    ) == [(0,)]
