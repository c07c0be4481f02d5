"""LinkedIn Ads' staging models against the company that the sandbox served."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ingestion.sandbox.facts import view
from ingestion.sandbox.server import SandboxServer
from tests.ingestion.sources.acquired import AS_OF, acquired

Query = Callable[[str], list[tuple[Any, ...]]]


def fill(load: Callable[[str, dict[str, Any]], None]) -> None:
    with SandboxServer(AS_OF, facts=acquired(), window_scale=0.001) as sandbox:
        load("linkedin_ads", dict(sandbox.overlay()["linkedin_ads"]))


def test_spend_is_the_company_s_to_the_micro(canonical: Query) -> None:
    ads = view(acquired(), "linkedin_ads")
    currency = {campaign.campaign_id: campaign.currency for campaign in ads.ad_campaigns}
    expected = {
        (f"linkedin_ads:{row.campaign_id}", row.day): (
            Decimal(row.cost_micros).scaleb(-6),
            currency[row.campaign_id],
            row.impressions,
            row.clicks,
            Decimal(row.conversions_known(AS_OF)),
        )
        for row in ads.ad_days
        if row.cost_micros or row.impressions or row.clicks
    }
    found = canonical(
        "select campaign_id, spend_date, cost, currency_code, impressions, clicks, conversions "
        "from canonical.marketing_spend"
    )
    assert {(campaign, day): tuple(rest) for campaign, day, *rest in found} == expected != {}


def test_campaigns_carry_channel_tag_and_currency(canonical: Query) -> None:
    expected = {
        (str(row.campaign_id), row.name, "paid_social", row.utm_campaign, row.currency, row.starts_on)
        for row in view(acquired(), "linkedin_ads").ad_campaigns
    }
    found = canonical(
        "select source_record_id, name, channel, utm_campaign, currency_code, cast(started_at as date) "
        "from canonical.campaigns"
    )
    assert set(found) == expected != set()


def test_every_day_belongs_to_a_campaign(canonical: Query) -> None:
    assert canonical(
        "select count(*) from canonical.marketing_spend as spend "
        "left join canonical.campaigns as campaigns using (campaign_id) "
        "where campaigns.channel is distinct from spend.channel"
    ) == [(0,)]
