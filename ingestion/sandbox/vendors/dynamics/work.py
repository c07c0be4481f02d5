"""Rows of work: activities with their parties, and notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from ingestion.sandbox.facts import dynamics_id
from ingestion.sandbox.vendors.dynamics.unit import ACTIVITY_TABLES, Row, Unit, stamp, user


def activities(unit: Unit, kinds: tuple[str, ...]) -> Iterator[Row]:
    for item in unit.facts.engagements:
        if item.kind not in kinds:
            continue
        _, regarding = unit.regarding(item)
        end = item.at + timedelta(minutes=item.minutes)
        values = {
            "subject": item.subject,
            "activitytypecode": ACTIVITY_TABLES[item.kind].removesuffix("s"),
            "actualstart": stamp(item.at),
            "actualend": stamp(end),
            "scheduledstart": stamp(item.at),
            "scheduledend": stamp(end),
            "actualdurationminutes": item.minutes,
            "scheduleddurationminutes": item.minutes,
            "directioncode": item.direction != "incoming" if item.kind in ("calls", "emails") else None,
            "_regardingobjectid_value": regarding,
            "_ownerid_value": user(item.owner_id),
            "statecode": 1,
            "statuscode": 2,
        }
        yield unit.engaged(item, values)


def parties(unit: Unit) -> Iterator[Row]:
    for item in unit.facts.engagements:
        if item.kind == "notes":
            continue
        _, other = unit.party(item)
        ours, theirs = {"meetings": (7, 5), "tasks": (9, None)}.get(item.kind, (1, 2))
        if item.direction == "incoming" and item.kind in ("calls", "emails"):
            ours, theirs = 2, 1
        for role, party in ((ours, user(item.owner_id)), (theirs, other)):
            if role is not None and party is not None:
                values = {
                    "participationtypemask": role,
                    "_activityid_value": dynamics_id("engagement", item.engagement_id),
                    "_partyid_value": party,
                }
                row = unit.fixed("activityparty", f"{item.engagement_id}:{role}", values, item.at)
                yield replace(row, deleted_at=item.archived_at)


def notes(unit: Unit) -> Iterator[Row]:
    for item in unit.facts.engagements:
        if item.kind == "notes":
            kind, regarding = unit.regarding(item)
            values = {
                "subject": item.subject,
                "objecttypecode": kind,
                "_objectid_value": regarding,
                "_ownerid_value": user(item.owner_id),
            }
            yield unit.engaged(item, values)
