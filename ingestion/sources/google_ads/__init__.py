"""Google Ads: campaigns, and what each cost on each day, through GoogleAdsService.SearchStream over REST."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, cast

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination
from ingestion.oauth import with_refresh_token
from ingestion.source import Page, SourceSettings, Stream, StreamContext
from ingestion.sources.google_ads.settings import Settings
from ingestion.tables import Column, RawTable

__all__ = ["Settings", "check", "streams", "tables"]

CAMPAIGN_FIELDS = (
    "customer.id",
    "customer.currency_code",
    "customer.time_zone",
    "campaign.id",
    "campaign.name",
    "campaign.status",
    "campaign.advertising_channel_type",
    "campaign.tracking_url_template",
    "campaign.final_url_suffix",
)
SPEND_FIELDS = (
    "customer.id",
    "customer.currency_code",
    "campaign.id",
    "campaign.name",
    "campaign.advertising_channel_type",
    "segments.date",
    "metrics.cost_micros",
    "metrics.impressions",
    "metrics.clicks",
    "metrics.conversions",
    "metrics.conversions_value",
)

CAMPAIGN_DAYS = RawTable(
    "campaign_days",
    "What a campaign cost and brought on a day. Campaign grain, since finer reports lose Performance Max spend.",
    (
        Column("customer_id", "text", "Account (ten digits)", path="customer.id"),
        Column("campaign_id", "text", "Campaign", path="campaign.id"),
        Column("date", "date", "Day in the account's time zone", path="segments.date"),
        Column(
            "currency_code", "text", "The account's currency (ISO 4217)", path="customer.currencyCode", required=True
        ),
        Column("campaign_name", "text", "The campaign's name now", path="campaign.name"),
        Column("advertising_channel_type", "text", "Kind of campaign", path="campaign.advertisingChannelType"),
        Column(
            "cost_micros",
            "bigint",
            "Cost in millionths of the currency's unit",
            path="metrics.costMicros",
            required=True,
        ),
        Column("impressions", "bigint", "Times shown", path="metrics.impressions"),
        Column("clicks", "bigint", "Clicks", path="metrics.clicks"),
        Column(
            "conversions", "double", "Conversions as attributed now; fractions are real", path="metrics.conversions"
        ),
        Column(
            "conversions_value", "double", "The platform's own estimate of their value", path="metrics.conversionsValue"
        ),
    ),
    key=("customer_id", "campaign_id", "date"),
)


def _campaigns_table(settings: Settings | None) -> RawTable:
    suffix = "DateTime" if settings is None or settings.has_campaign_times else "Date"
    return RawTable(
        "campaigns",
        "Campaigns of every account read, removed ones included.",
        (
            Column("customer_id", "text", "Account (ten digits)", path="customer.id"),
            Column("campaign_id", "text", "Campaign", path="campaign.id"),
            Column("name", "text", "Name", path="campaign.name"),
            Column("status", "text", "`ENABLED`, `PAUSED` or `REMOVED`", path="campaign.status"),
            Column("advertising_channel_type", "text", "Kind of campaign", path="campaign.advertisingChannelType"),
            Column("currency_code", "text", "The account's currency (ISO 4217)", path="customer.currencyCode"),
            Column("time_zone", "text", "The account's time zone", path="customer.timeZone"),
            Column("start_date", "date", "First day in the account's time zone", path=f"campaign.start{suffix}"),
            Column("end_date", "date", "Last day; 2037-12-30 means none", path=f"campaign.end{suffix}"),
            Column(
                "tracking_url_template", "text", "URL template that carries tags", path="campaign.trackingUrlTemplate"
            ),
            Column("final_url_suffix", "text", "Parameters appended to landing pages", path="campaign.finalUrlSuffix"),
        ),
        key=("customer_id", "campaign_id"),
    )


def tables(settings: SourceSettings | None) -> tuple[RawTable, ...]:
    """The two raw tables; where a campaign's dates sit in its record depends on the API version."""
    return _campaigns_table(cast(Settings | None, settings)), CAMPAIGN_DAYS


def streams(settings: SourceSettings) -> tuple[Stream, ...]:
    """Campaigns in full, then spend from the last run's last day less the look-back."""
    ads = cast(Settings, settings)
    client = _client(ads)
    return (
        Stream(_campaigns_table(ads), lambda context: _campaigns(ads, client)),
        Stream(CAMPAIGN_DAYS, lambda context: _campaign_days(ads, client, context)),
    )


def check(settings: SourceSettings) -> str:
    """Ask each account for its name and currency."""
    ads = cast(Settings, settings)
    client = _client(ads)
    found = []
    for customer_id in ads.customer_ids:
        query = "SELECT customer.id, customer.currency_code FROM customer LIMIT 1"
        for row in (row for batch in _search(ads, client, customer_id, query) for row in batch):
            found.append(f"{row['customer'].get('id')} in {row['customer'].get('currencyCode')}")
    return f"Google Ads {ads.api_version}: " + (", ".join(found) or "no account answered")


def _client(settings: Settings) -> ApiClient:
    headers = {"developer-token": settings.developer_token.get_secret_value()}
    if settings.login_customer_id:
        headers["login-customer-id"] = settings.login_customer_id.replace("-", "")
    auth = with_refresh_token(
        settings.name,
        settings.effective_token_url,
        settings.client_id,
        settings.client_secret,
        settings.refresh_token,
    )
    return ApiClient(settings.name, settings.base_url, auth, headers=headers, error_in_body=_error_in_stream)


def _error_in_stream(body: Any) -> str | None:
    """A stream that breaks after its first batch was sent ends in an error object under HTTP 200."""
    for batch in body if isinstance(body, list) else [body]:
        if isinstance(batch, dict) and isinstance(batch.get("error"), dict):
            return str(batch["error"].get("message") or batch["error"].get("status") or "unknown error")[:200]
    return None


def _search(settings: Settings, client: ApiClient, customer_id: str, query: str) -> Iterator[list[dict[str, Any]]]:
    """The rows of one SearchStream answer, batch by batch."""
    path = f"/{settings.api_version}/customers/{customer_id}/googleAds:searchStream"
    body = client.post(path, json={"query": query})
    for batch in body if isinstance(body, list) else [None]:
        # A batch without rows leaves `results` out, as protobuf's JSON does with every empty field.
        rows = None
        if isinstance(batch, dict) and not {"results", "fieldMask", "requestId"}.isdisjoint(batch):
            rows = batch.get("results", [])
        if not isinstance(rows, list):
            raise BrokenPagination(
                f"{settings.name}: the answer of googleAds:searchStream is not a list of batches with results",
                f"Check sources.{settings.name}.api_version: the vendor may have changed the shape of its answer.",
            )
        yield rows


def _campaigns(settings: Settings, client: ApiClient) -> Iterator[Page]:
    suffix = "_time" if settings.has_campaign_times else ""
    fields = (*CAMPAIGN_FIELDS, f"campaign.start_date{suffix}", f"campaign.end_date{suffix}")
    for customer_id in settings.customer_ids:
        yield from _search(settings, client, customer_id, f"SELECT {', '.join(fields)} FROM campaign")


def _campaign_days(settings: Settings, client: ApiClient, context: StreamContext) -> Iterator[Page]:
    """Spend by account, in slices of days. `context.state["last_day"]` keeps each account's last day with spend.

    The mark is a day that was seen, not today: whatever Google adds later to the look-back before it is read again.
    """
    last_day: dict[str, str] = dict(context.state.get("last_day", {}))
    today = context.started_at.date() + timedelta(days=1)  # accounts east of Greenwich are already in tomorrow
    for customer_id in settings.customer_ids:
        seen = last_day.get(customer_id)
        first = settings.start_date
        if seen:
            first = max(first, date.fromisoformat(seen) - timedelta(days=settings.lookback_days))
        while first <= today:
            last = min(today, first + timedelta(days=settings.days_per_request - 1))
            query = (
                f"SELECT {', '.join(SPEND_FIELDS)} FROM campaign "
                f"WHERE segments.date BETWEEN '{first.isoformat()}' AND '{last.isoformat()}'"
            )
            for rows in _search(settings, client, customer_id, query):
                days = [row.get("segments", {}).get("date") for row in rows]
                seen = max([day for day in days if isinstance(day, str)] + ([seen] if seen else []), default=None)
                yield rows
            first = last + timedelta(days=1)
        if seen:
            last_day[customer_id] = seen
    context.state["last_day"] = last_day


def _day(row: dict[str, Any]) -> str | None:
    """The row's day as ISO text, None where it is no date (such a row ends in quarantine)."""
    try:
        return date.fromisoformat(str(row.get("segments", {}).get("date"))).isoformat()
    except ValueError:
        return None
