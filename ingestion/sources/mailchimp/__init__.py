"""Mailchimp: audiences, their members, mailings, and what recipients did with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

from ingestion.source import Page, SourceSettings, Stream, StreamContext
from ingestion.sources.mailchimp import tables as declared
from ingestion.sources.mailchimp.reader import Reader, activity_records
from ingestion.sources.mailchimp.settings import Settings
from ingestion.tables import RawTable

__all__ = ["Settings", "check", "streams", "tables"]


def tables(settings: SourceSettings | None) -> tuple[RawTable, ...]:
    """The six raw tables, whatever the settings."""
    return declared.ALL


def streams(settings: SourceSettings) -> tuple[Stream, ...]:
    """Lists and campaigns in full, members by change, reports of recent campaigns."""
    chimp = cast(Settings, settings)
    reader = Reader(chimp)

    def whole(name: str) -> Callable[[StreamContext], Iterator[Page]]:
        return lambda context: reader.listed(reader.path(name), name, context=context)

    def report(name: str, rows: str) -> Callable[[StreamContext], Iterator[Page]]:
        return lambda context: (page for _, page in reader.reports(context, name, rows))

    def activity(context: StreamContext) -> Iterator[Page]:
        for _, page in reader.reports(context, "email-activity", "emails"):
            yield [record for item in page for record in activity_records(item)]

    return (
        Stream(declared.LISTS, whole("lists"), lambda: reader.living("lists")),
        Stream(declared.MEMBERS, reader.members, reader.living_members if chimp.find_deleted_members else None),
        Stream(declared.CAMPAIGNS, whole("campaigns"), lambda: reader.living("campaigns")),
        Stream(declared.SENT_TO, report("sent-to", "sent_to")),
        Stream(declared.EMAIL_ACTIVITY, activity),
        Stream(declared.UNSUBSCRIBES, report("unsubscribed", "unsubscribes")),
    )


def check(settings: SourceSettings) -> str:
    """Ping."""
    reader = Reader(cast(Settings, settings))
    answer = reader.client.get(reader.path("ping"))
    return f"Mailchimp: {answer.get('health_status', 'answers') if isinstance(answer, dict) else 'answers'}"
