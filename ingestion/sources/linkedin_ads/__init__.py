"""LinkedIn Ads: accounts, campaign groups, campaigns, and what each campaign cost and brought on each day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any, cast

import pyarrow as pa

from ingestion.shared_pages import SharedPages
from ingestion.source import Page, SourceSettings, Stream, StreamContext
from ingestion.sources.linkedin_ads import tables as declared
from ingestion.sources.linkedin_ads.api import LinkedInApi, Record
from ingestion.sources.linkedin_ads.settings import Settings
from ingestion.tables import RawTable

__all__ = ["Settings", "check", "streams", "tables"]

_BILLIONTH = Decimal("1e-9")
_RUNNABLE = {"ACTIVE", "PAUSED", "DRAFT"}
"""States in which somebody may still change what a campaign appends to its links."""


def tables(settings: SourceSettings | None) -> tuple[RawTable, ...]:
    """The five raw tables, whatever the settings."""
    return declared.ALL


def streams(settings: SourceSettings) -> tuple[Stream, ...]:
    """Accounts, groups and campaigns in full, then spend from the last run's last day less the look-back."""
    ads = cast(Settings, settings)
    api = LinkedInApi(ads)
    accounts = SharedPages(_lazily(api.accounts))
    campaigns = SharedPages(_of_accounts(accounts, api.campaigns))

    def days(context: StreamContext) -> Iterator[Page]:
        return _campaign_days(ads, api, accounts, context)

    def parameters(context: StreamContext) -> Iterator[Page]:
        if ads.read_tracking_parameters:
            yield from _tracking_parameters(api, campaigns, context)

    return (
        _listed(declared.ACCOUNTS, accounts.read),
        _listed(declared.CAMPAIGN_GROUPS, lambda: _of_accounts(accounts, api.campaign_groups)),
        _listed(declared.CAMPAIGNS, campaigns.read),
        Stream(declared.CAMPAIGN_DAYS, days),
        Stream(declared.TRACKING_PARAMETERS, parameters),
    )


def check(settings: SourceSettings) -> str:
    """List the accounts that would be read, and ask one of them for a day's report: that is another permission."""
    ads = cast(Settings, settings)
    api = LinkedInApi(ads)
    accounts = api.accounts()
    for account in accounts[:1]:
        list(api.report(str(account.get("id")), ads.start_date, ads.start_date))
    named = ", ".join(f"{account.get('id')} in {account.get('currency')}" for account in accounts)
    return f"LinkedIn Ads {ads.api_version}: " + (named or "the token may read no account")


def _lazily(read: Callable[[], list[Record]]) -> Iterator[list[Record]]:
    yield read()


def _listed(table: RawTable, read: Callable[[], Iterator[list[Record]]]) -> Stream:
    """A list read whole on each run: what it no longer names is gone."""
    found: list[str] = []

    def pages(context: StreamContext) -> Iterator[Page]:
        for page in read():
            found.extend(str(record.get("id")) for record in page)
            yield page

    return Stream(table, pages, living_keys=lambda: iter([pa.table({"id": pa.array(found, pa.string())})]))


def _of_accounts(
    accounts: SharedPages, read: Callable[[str], Iterator[list[Record]]]
) -> Iterator[list[dict[str, Any]]]:
    """The pages of every account, each record with the numbers in its URNs."""
    for account_page in accounts.read():
        for account in account_page:
            for page in read(str(account.get("id"))):
                yield [
                    {
                        **record,
                        "account_id": _number(record.get("account")),
                        "campaign_group_id": _number(record.get("campaignGroup")),
                    }
                    for record in page
                ]


def _campaign_days(
    settings: Settings, api: LinkedInApi, accounts: SharedPages, context: StreamContext
) -> Iterator[Page]:
    """Spend by account, in slices of days. `context.state["last_day"]` keeps each account's last day with spend.

    The mark is a day that was seen, not today: whatever LinkedIn adds later to the look-back before it is read again.
    """
    last_day: dict[str, str] = dict(context.state.get("last_day", {}))
    today = context.started_at.date()
    for account_id in (str(account.get("id")) for page in accounts.read() for account in page):
        seen = last_day.get(account_id)
        first = settings.start_date
        if seen:
            first = max(first, date.fromisoformat(seen) - timedelta(days=settings.lookback_days))
        while first <= today:
            last = min(today, first + timedelta(days=settings.days_per_request - 1))
            for rows in api.report(account_id, first, last):
                page = [_campaign_day(account_id, row) for row in rows]
                seen = max([row["date"] for row in page if row["date"]] + ([seen] if seen else []), default=None)
                yield page
            first = last + timedelta(days=1)
        if seen:
            last_day[account_id] = seen
    context.state["last_day"] = last_day


def _campaign_day(account_id: str, row: Record) -> Record:
    """A row of the report with its campaign, day and exact amounts where columns find them."""
    pivots = row.get("pivotValues")
    return {
        **row,
        "account_id": account_id,
        "campaign_id": _number(pivots[0]) if isinstance(pivots, list) and pivots else None,
        "date": _date((row.get("dateRange") or {}).get("start")),
        "cost": _amount(row.get("costInLocalCurrency")),
        "conversion_value": _amount(row.get("conversionValueInLocalCurrency")),
    }


def _tracking_parameters(api: LinkedInApi, campaigns: SharedPages, context: StreamContext) -> Iterator[Page]:
    """Those of campaigns that may still change, and once of every other."""
    asked = set(context.state.get("asked", []))
    for page in campaigns.read():
        found = []
        for campaign in page:
            campaign_id = str(campaign.get("id"))
            if campaign_id not in asked or campaign.get("status") in _RUNNABLE:
                asked.add(campaign_id)
                found.append({**(api.tracking_parameters(campaign_id) or {}), "campaign_id": campaign_id})
        yield found
    context.state["asked"] = sorted(asked)


def _number(urn: Any) -> str | None:
    """`123` of `urn:li:sponsoredCampaign:123`."""
    return urn.rsplit(":", 1)[-1] if isinstance(urn, str) and urn else None


def _date(parts: Any) -> str | None:
    try:
        return date(parts["year"], parts["month"], parts["day"]).isoformat()
    except (KeyError, TypeError, ValueError):
        return None


def _amount(value: Any) -> Any:
    """LinkedIn writes amounts with up to 18 digits after the point, or as -2E-18: to a billionth they are exact enough.

    What is no number stays as it is, and the record ends in quarantine.
    """
    try:
        return str(Decimal(str(value)).quantize(_BILLIONTH, ROUND_HALF_EVEN)) if value is not None else None
    except InvalidOperation:
        return value
