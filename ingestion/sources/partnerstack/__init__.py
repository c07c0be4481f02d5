"""PartnerStack: partners, the leads and deals they registered, and what they earned, through the vendor API v2."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast

from dlt.sources.helpers.rest_client.auth import HttpBasicAuth
from dlt.sources.helpers.rest_client.paginators import JSONResponseCursorPaginator

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination
from ingestion.source import Page, SourceSettings, Stream, StreamContext
from ingestion.sources.partnerstack.settings import Settings
from ingestion.tables import Column, RawTable

__all__ = ["Settings", "check", "streams", "tables"]

_LIFE = (
    Column("created_at", "epoch_millis", "Registered", required=True),
    Column("updated_at", "epoch_millis", "Last change"),
    Column("archived", "bool", "True once it is archived; it stays readable"),
)
_REFERRAL = (
    Column("key", "text", "The record's key"),
    Column("partner_key", "text", "Partner who registered it", required=True),
    Column("amount", "bigint", "Value in the currency's minor unit (cents)"),
    Column("currency", "text", "ISO 4217"),
    Column("external_key", "text", "The CRM record's id, where the programme is connected to the CRM"),
)
PARTNERSHIPS = RawTable(
    "partnerships",
    "One partner in the programme, archived ones included.",
    (
        Column("key", "text", "The partnership's key"),
        Column("partner_key", "text", "The partner's key, which other systems carry", required=True),
        Column("email", "text", "Address"),
        Column("first_name", "text", "First name, or the firm's name"),
        Column("last_name", "text", "Last name"),
        Column("team_name", "text", "Name of the partner's team", path="team.name"),
        Column("group_name", "text", "Group in the programme", path="group.name"),
        Column("group_slug", "text", "Group in the programme, as a short word", path="group.slug"),
        Column("approved_status", "text", "State of the application"),
        Column("joined_at", "epoch_millis", "Joined the programme"),
        *_LIFE,
    ),
    key=("key",),
    version="updated_at",
)
LEADS = RawTable(
    "leads",
    "One lead that a partner registered. A lead turned into a deal is archived.",
    (
        *_REFERRAL,
        Column("status", "text", "State of the lead"),
        Column("email", "text", "Buyer's address", path="field_data.email"),
        Column("company", "text", "Buyer's company", path="field_data.company"),
        *_LIFE,
    ),
    key=("key",),
    version="updated_at",
)
DEALS = RawTable(
    "deals",
    "One deal that a partner registered.",
    (
        *_REFERRAL,
        Column("stage", "text", "Stage of the deal"),
        Column("contact_email", "text", "Buyer's address"),
        Column("account_name", "text", "Buyer's company"),
        Column("close_date", "date", "Expected or actual close"),
        *_LIFE,
    ),
    key=("key",),
    version="updated_at",
)
REWARDS = RawTable(
    "rewards",
    "One commission owed to a partner.",
    (
        Column("key", "text", "The reward's key"),
        Column("partner_key", "text", "Partner who earned it", required=True),
        Column("amount", "bigint", "Commission in the currency's minor unit (cents)", required=True),
        Column("currency", "text", "ISO 4217", required=True),
        Column("reward_status", "text", "State of the reward"),
        Column("description", "text", "What it is for"),
        Column("trigger_type", "text", "What earned it, such as `deal`", path="trigger.type"),
        Column("trigger_key", "text", "Key of what earned it", path="trigger.key"),
        *_LIFE,
    ),
    key=("key",),
    version="updated_at",
)


def tables(settings: SourceSettings | None) -> tuple[RawTable, ...]:
    """The four raw tables, whatever the settings."""
    return PARTNERSHIPS, LEADS, DEALS, REWARDS


def streams(settings: SourceSettings) -> tuple[Stream, ...]:
    """Each list from its own newest change on."""
    stack = cast(Settings, settings)
    client = _client(stack)
    return tuple(_stream(stack, client, table) for table in tables(stack))


def check(settings: SourceSettings) -> str:
    """Read one partnership."""
    stack = cast(Settings, settings)
    answer = _client(stack).get(f"/api/{stack.api_version}/partnerships", {"limit": 1})
    items = (answer.get("data") or {}).get("items") if isinstance(answer, dict) else None
    return f"PartnerStack {stack.api_version}: " + (
        "answers with partnerships" if items else "answers, no partnership yet"
    )


def _client(settings: Settings) -> ApiClient:
    auth = HttpBasicAuth(settings.public_key, settings.secret_key.get_secret_value())
    return ApiClient(settings.name, settings.base_url, auth, error_in_body=_error)


def _error(body: Any) -> str | None:
    """Every answer repeats its status in the body; one of 400 and more under HTTP 200 is an error."""
    status = body.get("status") if isinstance(body, dict) else None
    if isinstance(status, int | str) and str(status).isdigit() and int(status) >= 400:
        return str(body.get("message", "no message"))[:200]
    return None


def _stream(settings: Settings, client: ApiClient, table: RawTable) -> Stream:
    def pages(context: StreamContext) -> Iterator[Page]:
        default = datetime.combine(settings.start_date, time()) if settings.start_date else None
        since = context.since(timedelta(minutes=settings.lag_minutes), default)
        params: dict[str, Any] = {"limit": settings.page_size, "include_archived": "true"}
        if since:
            # The API counts in milliseconds; a value in seconds would be a day in January 1970, that is: everything.
            params["min_updated"] = int(since.replace(tzinfo=UTC).timestamp() * 1000)
        paginator = JSONResponseCursorPaginator(
            cursor_path="data.items[-1].key", cursor_param="starting_after", has_more_path="data.has_more"
        )

        def moves(body: Any) -> None:
            data = body["data"]
            if not isinstance(data.get("has_more"), bool) or (data["has_more"] and not data["items"]):
                raise BrokenPagination(
                    f"{settings.name}: {table.name} promises more but gives no record to go on from",
                    "This is a change or fault at the vendor: nothing was published. Try again, then report it.",
                )

        newest = since
        path = f"/api/{settings.api_version}/{table.name}"
        for page in client.pages(path, "data.items", paginator, params=params, on_page=moves):
            newest = max(filter(None, (newest, *(_moment(record.get("updated_at")) for record in page))), default=None)
            yield page
        context.advance(newest)

    return Stream(table, pages)


def _moment(value: Any) -> datetime | None:
    """Naive UTC of an epoch in milliseconds, None where it is none (such a record ends in quarantine)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000, UTC).replace(tzinfo=None)
    return None
