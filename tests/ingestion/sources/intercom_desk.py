"""A workspace that answers as Intercom's reference says, and can be told to misbehave."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from tests.ingestion.sources.service import Answered, Asked

TOKEN = "dG9rOm5ldmVyX3ByaW50"
NOON = 1_767_268_800  # 2026-01-01 12:00 UTC


def person(contact_id: str, updated_at: int = NOON, **fields: Any) -> dict[str, Any]:
    return {
        "type": "contact",
        "id": contact_id,
        "role": "user",
        "email": f"{contact_id}@example.com",
        "name": contact_id.title(),
        "created_at": NOON - 86_400,
        "updated_at": updated_at,
        **fields,
    }


def part(part_id: str, part_type: str = "comment", at: int = NOON, **fields: Any) -> dict[str, Any]:
    return {
        "type": "conversation_part",
        "id": part_id,
        "part_type": part_type,
        "body": f"<p>secret words of {part_id}</p>" if part_type in ("comment", "note") else None,
        "created_at": at,
        "updated_at": at,
        "author": {"type": "admin", "id": "7", "name": "Bea", "email": "bea@example.com"},
        "attachments": [],
        "external_id": None,
        "redacted": False,
        **fields,
    }


def talk(conversation_id: str, updated_at: int = NOON, parts: Any = (), **fields: Any) -> dict[str, Any]:
    return {
        "type": "conversation",
        "id": conversation_id,
        "created_at": NOON - 3_600,
        "updated_at": updated_at,
        "state": "open",
        "priority": "not_priority",
        "admin_assignee_id": 7,
        "team_assignee_id": None,
        "source": {
            "type": "conversation",
            "id": f"s{conversation_id}",
            "delivered_as": "customer_initiated",
            "subject": "About the bill",
            "body": f"<p>secret question {conversation_id}</p>",
            "author": {"type": "user", "id": "ann", "name": "Ann", "email": "Ann@Example.com"},
        },
        "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "ann"}]},
        "conversation_rating": None,
        "statistics": {"first_contact_reply_at": NOON - 3_600, "count_conversation_parts": len(parts)},
        "parts": list(parts),
        **fields,
    }


class Desk:
    """Holds records; `answer` serves them. `meddle(asked, number)` sees each request first and may answer itself."""

    def __init__(self) -> None:
        self.contacts = {row["id"]: row for row in (person("ann"), person("ben", NOON + 1), person("cyd", NOON + 2))}
        self.conversations = {
            row["id"]: row
            for row in (
                talk("1", NOON, [part("11"), part("12", "note"), part("13", "close")], state="closed"),
                talk("2", NOON, [part("21")], conversation_rating={"rating": 4, "remark": "secret praise"}),
                talk("3", NOON, []),
                talk("4", NOON + 5, [part("41", "assignment", assigned_to={"type": "team", "id": "t1"})]),
            )
        }
        self.companies = [{"id": f"co{number}", "name": f"Company {number}", "updated_at": NOON} for number in range(3)]
        self.admins = [{"id": "7", "name": "Bea", "email": "bea@example.com", "team_ids": [1]}]
        self.teams = [{"id": "t1", "name": "Support", "admin_ids": [7]}]
        self.deleted: list[dict[str, Any]] = []
        self.asked: list[Asked] = []
        self.meddle: Callable[[Asked, int], Answered | None] = lambda asked, number: None
        self.alter: Callable[[Asked, Any], Any] = lambda asked, body: body
        self.zone_hours = 0
        self.scroll_page = 2
        self.address = ""

    def overlay(self) -> dict[str, dict[str, str]]:
        return {"intercom": {"base_url": self.address, "access_token": TOKEN}}

    def delete(self, conversation_id: str, at: int = NOON + 60) -> None:
        del self.conversations[conversation_id]
        self.deleted.append({"id": conversation_id, "type": "conversation", "deleted_at": at, "metrics_retained": True})

    def answer(self, asked: Asked) -> Answered:
        self.asked.append(asked)
        instead = self.meddle(asked, len(self.asked))
        if instead is not None:
            return instead
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "unauthorized", "Access Token Invalid")
        status, headers, body = self._route(asked)
        return status, headers, self.alter(asked, body) if status == 200 else body

    def _route(self, asked: Asked) -> Answered:
        match asked.path.strip("/").split("/"):
            case ["me"]:
                return ok({"type": "admin", "id": "7", "app": {"type": "app", "id_code": "x1", "name": "Northwind"}})
            case ["admins"]:
                return ok({"type": "admin.list", "admins": self.admins})
            case ["teams"]:
                return ok({"type": "team.list", "teams": self.teams})
            case ["companies", "scroll"]:
                return self._scroll(asked)
            case ["contacts", "search"]:
                return self._search(asked, list(self.contacts.values()), "data")
            case ["contacts"]:
                return self._page(sorted(self.contacts.values(), key=_order), asked.query, "data")
            case ["conversations", "search"]:
                rows = [
                    {name: value for name, value in row.items() if name != "parts"}
                    for row in self.conversations.values()
                ]
                return self._search(asked, rows, "conversations")
            case ["conversations", "deleted"]:
                size, page = int(asked.query["per_page"]), int(asked.query["page"])
                pages = {"type": "pages", "page": page, "total_pages": -(-len(self.deleted) // size)}
                rows = self.deleted[(page - 1) * size : page * size]
                return ok({"conversations": rows, "total_count": len(self.deleted), "pages": pages})
            case ["conversations", conversation_id]:
                return self._conversation(conversation_id)
        return refusal(404, "not_found", "Resource Not Found")

    def _search(self, asked: Asked, rows: list[dict[str, Any]], name: str) -> Answered:
        query = asked.json["query"]
        assert (query["field"], query["operator"]) == ("updated_at", ">")
        assert asked.json["sort"] == {"field": "updated_at", "order": "ascending"}
        after = query["value"]
        if name == "data" and int(asked.headers["intercom-version"].split(".")[1]) < 17:
            shift = self.zone_hours * 3_600
            after = (after + shift) // 86_400 * 86_400 - shift + 86_399
        found = sorted((row for row in rows if row["updated_at"] > after), key=_order)
        return self._page(found, asked.json["pagination"], name)

    def _page(self, rows: list[dict[str, Any]], asked: dict[str, Any], name: str) -> Answered:
        size = int(asked["per_page"])
        assert 1 <= size <= 150
        cursor = asked.get("starting_after")
        begin = json.loads(base64.b64decode(cursor)) if cursor else None
        rest = [row for row in rows if begin is None or _order(row) > begin]
        page, more = rest[:size], rest[size:]
        following = base64.b64encode(json.dumps(_order(page[-1])).encode()).decode() if more else None
        pages: dict[str, Any] = {"type": "pages", "page": 1, "per_page": size, "total_pages": -(-len(rows) // size)}
        if following:
            pages["next"] = {"page": 2, "starting_after": following}
        return ok({"type": "list", name: page, "total_count": len(rows), "pages": pages})

    def _conversation(self, conversation_id: str) -> Answered:
        if conversation_id not in self.conversations:
            return refusal(404, "not_found", "Conversation not found")
        record = dict(self.conversations[conversation_id])
        parts = record.pop("parts")
        newest = sorted(parts, key=lambda row: row["created_at"])[-500:]
        holder = {"type": "conversation_part.list", "conversation_parts": newest, "total_count": len(parts)}
        return ok({**record, "conversation_parts": holder})

    def _scroll(self, asked: Asked) -> Answered:
        """The scroll's parameter stays the same: the server remembers where it is."""
        if "scroll_param" not in asked.query:
            self._position = 0
        elif asked.query["scroll_param"] != "s1":
            return refusal(404, "not_found", "scroll parameter not found")
        page = self.companies[self._position : self._position + self.scroll_page]
        self._position += self.scroll_page
        return ok({"type": "list", "data": page, "pages": None, "total_count": None, "scroll_param": "s1"})


def ok(body: Any) -> Answered:
    return 200, {}, body


def refusal(status: int, code: str, message: str, **headers: str) -> Answered:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    errors = [{"code": code, "message": message}]
    return status, given, {"type": "error.list", "request_id": "r1", "errors": errors}


def _order(row: dict[str, Any]) -> list[Any]:
    return [row["updated_at"], row["id"]]
