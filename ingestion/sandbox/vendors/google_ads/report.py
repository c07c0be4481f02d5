"""Rows of a Google Ads report: one query over one customer account of the simulated company."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cmp_to_key
from typing import Any

from ingestion.sandbox.facts import AdCampaign, AdDay, Facts
from ingestion.sandbox.vendors.google_ads.gaql import Condition, Query, field_type

Row = dict[str, Any]
Entity = dict[str, str]

AD_GROUP_TYPES = {
    "SEARCH": "SEARCH_STANDARD",
    "DISPLAY": "DISPLAY_STANDARD",
    "VIDEO": "VIDEO_TRUE_VIEW_IN_STREAM",
}


@dataclass
class Totals:
    """Sums of days. Value is in millionths of the account's currency, like cost."""

    impressions: int = 0
    clicks: int = 0
    cost_micros: int = 0
    conversions: int = 0
    value_micros: int = 0

    def add(self, day: AdDay, as_of: date) -> None:
        conversions = day.conversions_known(as_of)
        self.impressions += day.impressions
        self.clicks += day.clicks
        self.cost_micros += day.cost_micros
        self.conversions += conversions
        self.value_micros += conversions * day.conversion_value_micros_each

    @property
    def is_zero(self) -> bool:
        return not (self.impressions or self.clicks or self.cost_micros or self.conversions)

    def fields(self) -> dict[str, Any]:
        return {
            "metrics.impressions": self.impressions,
            "metrics.clicks": self.clicks,
            "metrics.cost_micros": self.cost_micros,
            "metrics.conversions": float(self.conversions),
            "metrics.conversions_value": self.value_micros / 1_000_000,
            "metrics.ctr": self.clicks / self.impressions if self.impressions else 0.0,
            "metrics.average_cpc": self.cost_micros / self.clicks if self.clicks else 0.0,
        }


class Account:
    """One customer account: the campaigns billed in its currency and their days."""

    def __init__(self, facts: Facts, customer_id: str, currency: str) -> None:
        self.customer_id = customer_id
        self.currency = currency
        self._as_of = facts.as_of.date()
        self._campaigns = {row.campaign_id: row for row in facts.ad_campaigns if row.currency == currency}
        self._days: dict[int, list[AdDay]] = {campaign_id: [] for campaign_id in self._campaigns}
        for day in facts.ad_days:
            if day.campaign_id in self._days and day.day <= self._as_of:
                self._days[day.campaign_id].append(day)

    def rows(self, query: Query) -> list[Row]:
        """The answer to `query` as API rows (camel case, int64 as text, resource names always present)."""
        found = [flat for flat in self._flat_rows(query) if _holds(flat, query, is_date=False)]
        if query.order:
            found.sort(key=cmp_to_key(_comparison(query)))
        return [_nested(flat, query, self.customer_id) for flat in found[: query.limit]]

    def _flat_rows(self, query: Query) -> Iterator[dict[str, Any]]:
        for entity, campaign_ids in self._entities(query.resource):
            days = [
                day
                for campaign_id in campaign_ids
                for day in self._days[campaign_id]
                if _holds({"segments.date": day.day.isoformat()}, query, is_date=True)
            ]
            if not query.is_by_day:
                total = Totals()
                for day in days:
                    total.add(day, self._as_of)
                yield {**entity, **total.fields()}
                continue
            by_day: dict[date, Totals] = {}
            for day in days:
                by_day.setdefault(day.day, Totals()).add(day, self._as_of)
            for on, total in by_day.items():
                # A segmented report leaves out combinations in which nothing happened.
                if not total.is_zero:
                    yield {**entity, "segments.date": on.isoformat(), **total.fields()}

    def _entities(self, resource: str) -> Iterator[tuple[Entity, list[int]]]:
        """Each entity of `resource` as text fields, with the campaigns whose days it sums."""
        customer = {
            "customer.id": self.customer_id,
            "customer.resource_name": f"customers/{self.customer_id}",
            "customer.descriptive_name": f"Northwind {self.currency}",
            "customer.currency_code": self.currency,
            "customer.time_zone": "Etc/UTC",
        }
        if resource == "customer":
            yield customer, list(self._campaigns)
            return
        for campaign in self._campaigns.values():
            fields = {**customer, **self._campaign_fields(campaign)}
            if resource == "campaign":
                yield fields, [campaign.campaign_id]
            elif campaign.channel_type != "PERFORMANCE_MAX":
                # Performance Max has asset groups instead, so its spend appears at no finer level than the campaign.
                yield {**fields, **self._ad_group_fields(campaign)}, [campaign.campaign_id]

    def _campaign_fields(self, campaign: AdCampaign) -> Entity:
        # "No end" is a day in 2037, as in the API.
        ends_on = campaign.ends_on or date(2037, 12, 30)
        return {
            "campaign.id": str(campaign.campaign_id),
            "campaign.resource_name": f"customers/{self.customer_id}/campaigns/{campaign.campaign_id}",
            "campaign.name": campaign.name,
            "campaign.status": campaign.status.current,
            "campaign.advertising_channel_type": campaign.channel_type,
            "campaign.start_date": campaign.starts_on.isoformat(),
            "campaign.end_date": ends_on.isoformat(),
            "campaign.start_date_time": f"{campaign.starts_on} 00:00:00",
            "campaign.end_date_time": f"{ends_on} 23:59:59",
            "campaign.final_url_suffix": f"utm_source=google&utm_medium=cpc&utm_campaign={campaign.utm_campaign}",
        }

    def _ad_group_fields(self, campaign: AdCampaign) -> Entity:
        ad_group_id = campaign.campaign_id * 100 + 1
        return {
            "ad_group.id": str(ad_group_id),
            "ad_group.resource_name": f"customers/{self.customer_id}/adGroups/{ad_group_id}",
            "ad_group.name": f"{campaign.name} ad group 1",
            "ad_group.status": campaign.status.current,
            "ad_group.type": AD_GROUP_TYPES.get(campaign.channel_type, "UNKNOWN"),
        }


def _holds(flat: dict[str, Any], query: Query, *, is_date: bool) -> bool:
    """Whether `flat` meets the conditions on the date segment, or (with `is_date` False) all the others."""
    return all(
        _meets(flat.get(condition.field), condition, field_type(condition.field, query.resource))
        for condition in query.conditions
        if (condition.field == "segments.date") is is_date
    )


def _meets(value: Any, condition: Condition, type_: str) -> bool:
    convert: Callable[[Any], Any] = float if type_ in ("int64", "double") else str
    held, given = convert(value), [convert(text) for text in condition.values]
    match condition.operator:
        case "=" | "IN":
            return held in given
        case "!=" | "NOT IN":
            return held not in given
        case ">":
            return bool(held > given[0])
        case ">=":
            return bool(held >= given[0])
        case "<":
            return bool(held < given[0])
    return bool(held <= given[0])


def _comparison(query: Query) -> Callable[[dict[str, Any], dict[str, Any]], int]:
    def compare(left: dict[str, Any], right: dict[str, Any]) -> int:
        for field, is_descending in query.order:
            is_number = field_type(field, query.resource) in ("int64", "double")
            a, b = ((float(row[field]) if is_number else row[field]) for row in (left, right))
            if a != b:
                return (1 if a > b else -1) * (-1 if is_descending else 1)
        return 0

    return compare


def _nested(flat: dict[str, Any], query: Query, customer_id: str) -> Row:
    row: Row = {}
    for field in query.fields:
        owner, _, name = field.partition(".")
        place = row.setdefault(camel_case(owner), {})
        if owner not in ("metrics", "segments"):
            place["resourceName"] = flat[f"{owner}.resource_name"]
        if field not in flat:  # unset, like a campaign's tracking_url_template: protobuf's JSON leaves it out
            continue
        is_integer = field_type(field, query.resource) == "int64"
        place[camel_case(name)] = str(flat[field]) if is_integer else flat[field]
    row.setdefault(camel_case(query.resource), {"resourceName": flat[f"{query.resource}.resource_name"]})
    return row


def camel_case(name: str) -> str:
    """`cost_micros` as `costMicros`; dots stay."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
