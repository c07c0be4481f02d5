"""The CRM account as a whole: every object type with its records, and what is associated with what."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.vendors.hubspot import records
from ingestion.sandbox.vendors.hubspot.records import CrmObject

ENGAGEMENTS = ("calls", "emails", "meetings", "notes", "tasks")
TYPES = ("companies", "contacts", "deals", *ENGAGEMENTS)

SINGULAR = {name: name.removesuffix("s") for name in TYPES} | {"companies": "company"}
TYPE_IDS = {
    "contacts": "0-1",
    "companies": "0-2",
    "deals": "0-3",
    "tasks": "0-27",
    "notes": "0-46",
    "meetings": "0-47",
    "calls": "0-48",
    "emails": "0-49",
}
ALIASES = {alias: name for name in TYPES for alias in (name, SINGULAR[name], TYPE_IDS[name])}
"""Every spelling under which an object type may appear in a path, to its usual name."""

DEFAULT_PROPERTIES = {
    "companies": ("name", "domain"),
    "contacts": ("firstname", "lastname", "email"),
    "deals": ("dealname", "amount", "dealstage", "closedate", "pipeline"),
}
"""What comes without being asked for, besides the properties in `always`."""

ASSOCIATION_TYPES: dict[tuple[str, str], tuple[tuple[int, str | None, str], ...]] = {
    ("contacts", "companies"): ((1, "Primary", "contact_to_company"), (279, None, "contact_to_company_unlabeled")),
    ("companies", "contacts"): ((2, "Primary", "company_to_contact"), (280, None, "company_to_contact_unlabeled")),
    ("deals", "companies"): ((5, "Primary", "deal_to_company"), (341, None, "deal_to_company_unlabeled")),
    ("companies", "deals"): ((6, "Primary", "company_to_deal"), (342, None, "company_to_deal_unlabeled")),
    ("deals", "contacts"): ((3, None, "deal_to_contact"),),
    ("contacts", "deals"): ((4, None, "contact_to_deal"),),
}
"""(type id, label, v3 name) of HubSpot's own association types by direction."""

_ENGAGEMENT_TYPE_IDS = {
    "calls": (182, 194, 206),
    "emails": (186, 198, 210),
    "meetings": (188, 200, 212),
    "notes": (190, 202, 214),
    "tasks": (192, 204, 216),
}
for _kind, _numbers in _ENGAGEMENT_TYPE_IDS.items():
    for _other, _number in zip(("companies", "contacts", "deals"), _numbers, strict=True):
        ASSOCIATION_TYPES[_kind, _other] = ((_number, None, f"{SINGULAR[_kind]}_to_{SINGULAR[_other]}"),)
        # HubSpot numbers the opposite direction one below.
        ASSOCIATION_TYPES[_other, _kind] = ((_number - 1, None, f"{SINGULAR[_other]}_to_{SINGULAR[_kind]}"),)


@dataclass
class Collection:
    """The records of one object type in order of id."""

    name: str
    objects: list[CrmObject]

    def __post_init__(self) -> None:
        self.objects.sort(key=lambda item: int(item.id))
        self.by_id = {item.id: item for item in self.objects}
        self.properties = sorted({name for item in self.objects for name in item.history} | set(self.always))

    @property
    def modified(self) -> str:
        """The property that holds the time of the last change."""
        return "lastmodifieddate" if self.name == "contacts" else "hs_lastmodifieddate"

    @property
    def always(self) -> tuple[str, ...]:
        """Properties that come with every answer."""
        created = "hs_createdate" if self.name in ENGAGEMENTS else "createdate"
        return (created, self.modified, "hs_object_id")

    def survivor(self, object_id: str) -> CrmObject | None:
        """The record of that id or, when it was merged away, the one that lives on. None if it never existed."""
        item = self.by_id.get(object_id)
        while item is not None and item.merged_into is not None:
            item = self.by_id.get(item.merged_into)
        return item


class Portal:
    """All object types of the account with their associations, which only ever name living records."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        built = {
            "companies": records.companies(facts),
            "contacts": records.contacts(facts),
            "deals": records.deals(facts),
            **{kind: records.engagements(facts, kind) for kind in ENGAGEMENTS},
        }
        self.types = {name: Collection(name, objects) for name, objects in built.items()}
        for person in facts.people:
            self._link("contacts", person.person_id, "companies", person.company_id)
        for deal in facts.deals:
            self._link("deals", deal.deal_id, "companies", deal.company_id)
            for person_id in deal.person_ids:
                self._link("deals", deal.deal_id, "contacts", person_id)
        for item in facts.engagements:
            targets = {"companies": item.company_id, "contacts": item.person_id, "deals": item.deal_id}
            for name, number in targets.items():
                if number is not None:
                    self._link(item.kind, item.engagement_id, name, number)

    def _link(self, from_type: str, from_number: int, to_type: str, to_number: int) -> None:
        """Associate both ways; merged records hand theirs to the survivor, archived ones have none."""
        one = self.types[from_type].survivor(str(from_number))
        other = self.types[to_type].survivor(str(to_number))
        if one is None or other is None or not (one.is_listed and other.is_listed):
            return
        for source, name, target in ((one, to_type, other), (other, from_type, one)):
            source.links.setdefault(name, {})[target.id] = None
