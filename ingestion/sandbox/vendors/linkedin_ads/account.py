"""LinkedIn's JSON for ad accounts, campaign groups, campaigns, their tracking parameters and their days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any

from ingestion.sandbox.facts import AdCampaign, AdDay, Facts

Item = dict[str, Any]

ACCOUNT_OFFSET = 510_000_000
GROUP_OFFSET = 640_000_000
ORGANISATION = "urn:li:organization:2414183"
MICRO = Decimal(1_000_000)


def account_urn(account_id: int) -> str:
    return f"urn:li:sponsoredAccount:{account_id}"


def campaign_urn(campaign_id: int) -> str:
    return f"urn:li:sponsoredCampaign:{campaign_id}"


def group_urn(group_id: int) -> str:
    return f"urn:li:sponsoredCampaignGroup:{group_id}"


class Accounts:
    """The company's ad accounts, one for each currency it advertises in."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._today = facts.as_of.date()
        # Numbered in the order of their first campaign, so that ids stay while the company grows.
        self._currencies = list(dict.fromkeys(campaign.currency for campaign in facts.ad_campaigns))
        pairs = dict.fromkeys((campaign.currency, campaign.group or "Default") for campaign in facts.ad_campaigns)
        self._groups = {pair: GROUP_OFFSET + number for number, pair in enumerate(pairs, start=1)}
        self._campaigns = {campaign.campaign_id: campaign for campaign in facts.ad_campaigns}

    def account_id(self, currency: str) -> int:
        return ACCOUNT_OFFSET + 1 + self._currencies.index(currency)

    @cached_property
    def accounts(self) -> list[Item]:
        return [self._account(currency) for currency in self._currencies]

    def campaign_groups(self, account_id: int) -> list[Item]:
        return [
            self._group(currency, name, group_id)
            for (currency, name), group_id in self._groups.items()
            if self.account_id(currency) == account_id
        ]

    def campaigns(self, account_id: int) -> list[Item]:
        return [
            self._campaign(campaign)
            for campaign in self._facts.ad_campaigns
            if self.account_id(campaign.currency) == account_id
        ]

    def tracking_parameters(self, urn: str) -> Item | None:
        """What is appended to the links of a campaign, None for a campaign that there is not."""
        campaign = self._campaigns.get(_number(urn))
        if campaign is None or urn != campaign_urn(campaign.campaign_id):
            return None
        return {
            "adEntity": {"sponsoredCampaign": urn},
            "customValueParameters": {
                "utm_source": "linkedin",
                "utm_medium": "paid_social",
                "utm_campaign": campaign.utm_campaign,
            },
            "dynamicValueParameters": {"li_campaign": "CAMPAIGN_ID"},
        }

    def days(
        self, accounts: Iterable[str], campaigns: Iterable[str] | None, first: date, last: date | None
    ) -> list[tuple[AdCampaign, AdDay]]:
        """Days on which anything happened, with their campaign, by day and campaign."""
        numbers = {_number(urn) for urn in accounts}
        wanted = None if campaigns is None else {_number(urn) for urn in campaigns}
        found = [
            (self._campaigns[day.campaign_id], day)
            for day in self._facts.ad_days
            if first <= day.day <= (last or self._today)
            and (wanted is None or day.campaign_id in wanted)
            and self.account_id(self._campaigns[day.campaign_id].currency) in numbers
            and (day.impressions or day.clicks or day.cost_micros)
        ]
        return sorted(found, key=lambda pair: (pair[1].day, pair[1].campaign_id))

    def metrics(self, campaign: AdCampaign, day: AdDay) -> Item:
        """Every metric served, amounts as decimals in text. Leads are counted where the campaign asks for leads."""
        known = day.conversions_known(self._today)
        is_lead = campaign.objective == "LEAD_GENERATION"
        return {
            "dateRange": {"start": _parts(day.day), "end": _parts(day.day)},
            "pivotValues": [campaign_urn(campaign.campaign_id)],
            "impressions": day.impressions,
            "clicks": day.clicks,
            "landingPageClicks": day.clicks,
            "costInLocalCurrency": _amount(day.cost_micros),
            "externalWebsiteConversions": 0 if is_lead else known,
            "externalWebsitePostClickConversions": 0 if is_lead else known,
            "externalWebsitePostViewConversions": 0,
            "oneClickLeads": known if is_lead else 0,
            "conversionValueInLocalCurrency": _amount(0 if is_lead else known * day.conversion_value_micros_each),
        }

    def _account(self, currency: str) -> Item:
        return {
            "id": self.account_id(currency),
            "name": f"Northwind {currency}",
            "currency": currency,
            "status": "ACTIVE",
            "type": "BUSINESS",
            "reference": ORGANISATION,
            "servingStatuses": ["RUNNABLE"],
            "test": False,
            "version": {"versionTag": "1"},
            "changeAuditStamps": _stamps(self._facts.starts_on),
        }

    def _group(self, currency: str, name: str, group_id: int) -> Item:
        own = [c for c in self._facts.ad_campaigns if (c.currency, c.group or "Default") == (currency, name)]
        return {
            "id": group_id,
            "name": name,
            "account": account_urn(self.account_id(currency)),
            "status": "ACTIVE",
            "servingStatuses": ["RUNNABLE"],
            "runSchedule": {"start": _millis(min(campaign.starts_on for campaign in own))},
            "allowedCampaignTypes": sorted({campaign.channel_type for campaign in own}),
            "test": False,
            "backfilled": False,
            "changeAuditStamps": _stamps(min(campaign.starts_on for campaign in own)),
        }

    def _campaign(self, campaign: AdCampaign) -> Item:
        has_ended = campaign.ends_on is not None and campaign.ends_on < self._today
        status = {"ENABLED": "ACTIVE", "PAUSED": "PAUSED", "REMOVED": "ARCHIVED"}[campaign.status.current]
        schedule = {"start": _millis(campaign.starts_on)}
        if campaign.ends_on:
            schedule["end"] = _millis(campaign.ends_on)
        return {
            "id": campaign.campaign_id,
            "name": campaign.name,
            "account": account_urn(self.account_id(campaign.currency)),
            "campaignGroup": group_urn(self._groups[campaign.currency, campaign.group or "Default"]),
            "associatedEntity": ORGANISATION,
            "status": "COMPLETED" if status == "ACTIVE" and has_ended else status,
            "servingStatuses": ["STOPPED" if has_ended or status != "ACTIVE" else "RUNNABLE"],
            "type": campaign.channel_type,
            "objectiveType": campaign.objective,
            "costType": "CPM",
            "format": "STANDARD_UPDATE",
            "creativeSelection": "OPTIMIZED",
            "locale": {"country": "US", "language": "en"},
            "runSchedule": schedule,
            "dailyBudget": {"amount": "100", "currencyCode": campaign.currency},
            "unitCost": {"amount": "10", "currencyCode": campaign.currency},
            "test": False,
            "version": {"versionTag": "1"},
            "changeAuditStamps": _stamps(campaign.starts_on, campaign.status.changed_at),
        }


def _number(urn: str) -> int:
    last = urn.rsplit(":", 1)[-1]
    return int(last) if last.isdigit() else -1


def _amount(micros: int) -> str:
    """A decimal in text, without needless zeros, as LinkedIn writes it."""
    return f"{(Decimal(micros) / MICRO).normalize():f}"


def _parts(day: date) -> Item:
    return {"year": day.year, "month": day.month, "day": day.day}


def _millis(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp() * 1000)


def _stamps(created: date, modified: datetime | None = None) -> Item:
    first = _millis(created)
    last = int(modified.timestamp() * 1000) if modified else first
    return {"created": {"time": first}, "lastModified": {"time": max(first, last)}}
