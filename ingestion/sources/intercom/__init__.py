"""Intercom: contacts, companies, teammates, conversations with all that happened in them, and ratings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pyarrow as pa

from ingestion.errors import BrokenPagination, CredentialsRejected
from ingestion.reach import Reading, refusals
from ingestion.source import Finding, Page, SourceSettings, Stream, StreamContext
from ingestion.sources.intercom import tables as declared
from ingestion.sources.intercom.api import IntercomApi, Record
from ingestion.sources.intercom.settings import Settings
from ingestion.tables import RawTable

__all__ = ["Settings", "check", "streams", "tables"]

_TEXT = {"body", "attachments", "translations", "quick_reply_options", "remark", "rating_remark"}
"""Where Intercom puts what people wrote."""


def tables(settings: SourceSettings | None) -> tuple[RawTable, ...]:
    """The seven raw tables, whatever the settings."""
    return declared.ALL


def streams(settings: SourceSettings) -> tuple[Stream, ...]:
    """Contacts and conversations by change, the parts of each changed conversation, the other lists whole."""
    workspace = cast(Settings, settings)
    api = IntercomApi(workspace)
    deleted: list[str] = []

    def contacts(context: StreamContext) -> Iterator[Page]:
        since = _since(workspace, context) - workspace.contact_search_slack
        yield from _advancing(context, api.changed("contacts", "data", since))

    def conversations(context: StreamContext) -> Iterator[Page]:
        for page in _advancing(context, _changed_conversations(workspace, api, context)):
            yield [_without_text(workspace, {**record, "contact_id": _first_contact(record)}) for record in page]

    def parts(context: StreamContext) -> Iterator[Page]:
        for page in _advancing(context, _changed_conversations(workspace, api, context)):
            wholes = (api.conversation(str(record["id"])) for record in page if record.get("id"))
            found = (part for whole in wholes if whole is not None for part in _parts(workspace, whole))
            yield [_without_text(workspace, part) for part in found]

    def deletions(context: StreamContext) -> Iterator[Page]:
        if workspace.lists_deleted_conversations:
            for page in api.deleted_conversations():
                deleted.extend(str(record.get("id")) for record in page)
                yield page

    def living_contacts() -> Iterator[pa.Table]:
        for page in api.contacts():
            yield _keys(record.get("id") for record in page)

    return (
        _listed(declared.ADMINS, lambda: iter([api.whole("admins")])),
        _listed(declared.TEAMS, lambda: iter([api.whole("teams")])),
        _listed(declared.COMPANIES, api.companies),
        Stream(declared.CONTACTS, contacts, living_contacts if workspace.find_deleted_contacts else None),
        Stream(declared.DELETED_CONVERSATIONS, deletions),
        Stream(declared.CONVERSATIONS, conversations, deleted_keys=lambda: iter([_keys(deleted)])),
        Stream(declared.PARTS, parts),
    )


def check(settings: SourceSettings) -> list[Finding]:
    """Ask whose token it is, and for one contact, one conversation and the teammates. Raises `IngestionError`."""
    workspace = cast(Settings, settings)
    api = IntercomApi(workspace.model_copy(update={"page_size": 1}))
    me = api.me()
    app = me.get("app")
    if not isinstance(app, dict):
        raise CredentialsRejected(
            f"{workspace.name}: the token belongs to no workspace", f"Check sources.{workspace.name}.access_token."
        )
    long_ago = datetime(1970, 1, 1)
    lists = (
        Reading(
            "contacts", "*read users and companies*", lambda: next(api.changed("contacts", "data", long_ago), None)
        ),
        Reading(
            "conversations",
            "*read conversations*",
            lambda: next(api.changed("conversations", "conversations", long_ago), None),
        ),
        Reading("admins", "*read admins*", lambda: api.whole("admins")),
    )
    answered = f"Intercom {workspace.api_version}: workspace {app.get('name') or app.get('id_code')}"
    return [Finding(True, answered), *refusals(workspace.name, lists)]


def _since(settings: Settings, context: StreamContext) -> datetime:
    return context.since(settings.lag, settings.first_moment) or settings.first_moment


def _changed_conversations(settings: Settings, api: IntercomApi, context: StreamContext) -> Iterator[list[Record]]:
    return api.changed("conversations", "conversations", _since(settings, context))


def _advancing(context: StreamContext, pages: Iterator[list[Record]]) -> Iterator[list[Record]]:
    """The pages; once all are read, the mark moves to the newest change seen, but not past the start of the run."""
    newest: datetime | None = None
    for page in pages:
        moments = [moment for record in page if (moment := _moment(record.get("updated_at")))]
        newest = max([*moments, *([newest] if newest else [])], default=None)
        yield page
    if newest:
        # A conversation that changes while we read may already have been passed; it carries a time after our start.
        context.advance(min(newest, context.started_at))


def _listed(table: RawTable, read: Callable[[], Iterator[list[Record]]]) -> Stream:
    """A list read whole on each run: what it no longer names is gone."""
    found: list[str] = []

    def pages(context: StreamContext) -> Iterator[Page]:
        for page in read():
            found.extend(str(record.get("id")) for record in page)
            yield page

    return Stream(table, pages, living_keys=lambda: iter([_keys(found)]))


def _parts(settings: Settings, conversation: Record) -> Iterator[Record]:
    """The parts of one conversation, each with what the warehouse needs to know of the whole."""
    holder = conversation.get("conversation_parts")
    holder = holder if isinstance(holder, dict) else {}
    parts = holder.get("conversation_parts")
    if not isinstance(parts, list):
        raise BrokenPagination(
            f"{settings.name}: a conversation has no list at `conversation_parts.conversation_parts`",
            f"Check sources.{settings.name}.api_version: the vendor may have changed the shape of its answer.",
        )
    for part in parts:
        yield {
            **part,
            "conversation_id": conversation.get("id"),
            "has_body": bool(part.get("body")),
            "parts_total": holder.get("total_count"),
        }


def _first_contact(conversation: Record) -> Any:
    holder = conversation.get("contacts")
    contacts = holder.get("contacts") if isinstance(holder, dict) else None
    return contacts[0].get("id") if contacts else None


def _without_text(settings: Settings, value: Any) -> Any:
    """`value` without what people wrote, however deep, unless the settings ask for it."""
    if settings.keep_message_text:
        return value
    if isinstance(value, dict):
        return {name: _without_text(settings, inner) for name, inner in value.items() if name not in _TEXT}
    if isinstance(value, list):
        return [_without_text(settings, inner) for inner in value]
    return value


def _keys(ids: Any) -> pa.Table:
    return pa.table({"id": pa.array(ids, pa.string())})


def _moment(value: Any) -> datetime | None:
    """Naive UTC of an epoch in seconds, None where it is none (such a record ends in quarantine)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC).replace(tzinfo=None)
    return None
