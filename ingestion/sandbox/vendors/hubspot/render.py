"""HubSpot's JSON: one record, one page, one association."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ingestion.sandbox.facts import DEAL_STAGES, Facts, Owner
from ingestion.sandbox.vendors.hubspot.portal import (
    ASSOCIATION_TYPES,
    DEFAULT_PROPERTIES,
    ENGAGEMENTS,
    Collection,
)
from ingestion.sandbox.vendors.hubspot.records import CrmObject, stamp

CUSTOM_PROPERTIES = {"segment", "region", "acquisition_channel", "partner_key", "campaign_utm"}


def record(
    collection: Collection,
    item: CrmObject,
    properties: Sequence[str] = (),
    with_history: Sequence[str] = (),
    associations: Sequence[str] = (),
) -> dict[str, Any]:
    """A record with the properties asked for; those that do not exist are left out, empty ones are null."""
    asked = properties or with_history or DEFAULT_PROPERTIES.get(collection.name, ())
    names = dict.fromkeys([*asked, *with_history, *collection.always])
    body: dict[str, Any] = {
        "id": item.id,
        "properties": {name: item.value(name) for name in names if name in collection.properties},
        "createdAt": stamp(item.created_at),
        "updatedAt": stamp(item.updated_at),
        "archived": item.archived_at is not None,
    }
    if item.archived_at is not None:
        body["archivedAt"] = stamp(item.archived_at)
    if with_history:
        body["propertiesWithHistory"] = {
            name: _history(item, name) for name in with_history if name in collection.properties
        }
    linked = {name: item.links[name] for name in associations if item.links.get(name)}
    if linked:
        body["associations"] = {
            name: {
                "results": [
                    {"id": other, "type": kind}
                    for position, other in enumerate(ids)
                    for _, label, kind in ASSOCIATION_TYPES[collection.name, name]
                    if position == 0 or label is None
                ]
            }
            for name, ids in linked.items()
        }
    return body


def _history(item: CrmObject, name: str) -> list[dict[str, Any]]:
    """Every value a property has had, newest first; a property that was always empty has none."""
    values = item.history.get(name, [])
    return [
        {"value": "" if value is None else value, "timestamp": stamp(at), "sourceType": "CRM_UI"}
        for position, (at, value) in reversed(list(enumerate(values)))
        if value is not None or position > 0
    ]


def association(from_type: str, to_type: str, object_id: str, is_primary: bool) -> dict[str, Any]:
    return {
        "toObjectId": object_id,
        "associationTypes": [
            {"category": "HUBSPOT_DEFINED", "typeId": number, "label": label}
            for number, label, _ in ASSOCIATION_TYPES[from_type, to_type]
            if is_primary or label is None
        ],
    }


def owner(item: Owner, facts: Facts, team_ids: dict[str, str]) -> dict[str, Any]:
    left = item.left_at if item.left_at is not None and item.left_at <= facts.as_of else None
    return {
        "id": str(item.owner_id),
        "email": item.email,
        "type": "PERSON",
        "firstName": item.first_name,
        "lastName": item.last_name,
        "userId": None if left else item.owner_id,
        "userIdIncludingInactive": item.owner_id,
        "createdAt": stamp(item.hired_at),
        "updatedAt": stamp(left or item.hired_at),
        "archived": left is not None,
        "teams": [{"id": team_ids[item.team], "name": item.team, "primary": True}],
    }


def pipeline(facts: Facts) -> dict[str, Any]:
    """The one deal pipeline with its stages in order."""
    began = stamp(facts.owners[0].hired_at) if facts.owners else f"{facts.starts_on}T00:00:00.000Z"
    dates = {"createdAt": began, "updatedAt": began, "archived": False}
    return {
        "id": "default",
        "label": "Sales Pipeline",
        "displayOrder": 0,
        "stages": [
            {
                "id": stage,
                "label": label,
                "displayOrder": position,
                "metadata": {
                    "isClosed": "true" if probability in ("1.00", "0.00") else "false",
                    "probability": str(float(probability)),
                },
                **dates,
            }
            for position, (stage, label, probability) in enumerate(DEAL_STAGES)
        ],
        **dates,
    }


def property_definitions(collection: Collection) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "label": name.replace("_", " ").capitalize(),
            "type": _property_type(name),
            "fieldType": {"datetime": "date", "number": "number", "bool": "booleancheckbox"}.get(
                _property_type(name), "text"
            ),
            "description": "",
            "groupName": "engagement" if collection.name in ENGAGEMENTS else f"{collection.name}information",
            "options": [],
            "displayOrder": -1,
            "calculated": name.startswith("hs_is_") or name.startswith("hs_v2_"),
            "externalOptions": name == "hubspot_owner_id",
            "hasUniqueValue": False,
            "hidden": False,
            "hubspotDefined": name not in CUSTOM_PROPERTIES,
            "formField": False,
            "archived": False,
        }
        for name in collection.properties
    ]


def _property_type(name: str) -> str:
    if name.endswith("date") or "date_entered" in name or name in ("hs_timestamp", "closedate") or "_time" in name:
        return "datetime"
    if name in ("amount", "numberofemployees", "hs_deal_stage_probability", "hs_object_id", "hs_call_duration"):
        return "number"
    if name.startswith("hs_is_") or name == "hs_email_optout":
        return "bool"
    return "string"


def paging(after: str | int | None, base: str) -> dict[str, Any]:
    """The `paging` member, absent on the last page."""
    return {} if after is None else {"paging": {"next": {"after": str(after), "link": f"{base}?after={after}"}}}


def split(values: Iterable[str]) -> list[str]:
    """Names given comma-separated, repeated, or both."""
    return [name for value in values for name in value.split(",") if name]
