"""One org: its records by object, and what a query finds among them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.vendors.salesforce import buyers, deals, forecasts, histories, reference, work
from ingestion.sandbox.vendors.salesforce.errors import bad_criterion, malformed, no_column, no_type
from ingestion.sandbox.vendors.salesforce.objects import BY_LOWER_NAME, SOBJECTS
from ingestion.sandbox.vendors.salesforce.schema import Field, SObject
from ingestion.sandbox.vendors.salesforce.soql import Combination, Comparison, Condition, Literal, Query
from ingestion.sandbox.vendors.salesforce.unit import Record, Records, Unit

MAKERS: dict[str, Callable[[Unit], Records]] = {
    "Organization": reference.organizations,
    "User": reference.users,
    "UserRole": reference.roles,
    "Account": buyers.accounts,
    "AccountHistory": histories.of_accounts,
    "Contact": buyers.contacts,
    "ContactHistory": histories.of_contacts,
    "Lead": buyers.leads,
    "LeadHistory": histories.of_leads,
    "Campaign": buyers.campaigns,
    "CampaignMember": buyers.members,
    "Opportunity": deals.opportunities,
    "OpportunityLineItem": deals.lines,
    "OpportunityContactRole": deals.contact_roles,
    "OpportunityHistory": deals.histories,
    "OpportunityFieldHistory": deals.field_histories,
    "OpportunityStage": reference.stages,
    "Product2": reference.products,
    "Pricebook2": reference.pricebooks,
    "PricebookEntry": reference.entries,
    "Task": work.tasks,
    "Event": work.events,
    "Note": work.notes,
    "CurrencyType": reference.currencies,
    "DatedConversionRate": reference.dated_rates,
    "Period": forecasts.periods,
    "ForecastingType": forecasts.types,
    "ForecastingItem": forecasts.items,
    "ForecastingSubmission": forecasts.submissions,
    "ForecastingSubmissionItem": forecasts.submission_items,
    "ForecastingQuota": forecasts.quotas,
}
"""By the object they make."""

Reader = Callable[[Record], Any]
_TEXTS = {"string", "textarea", "picklist", "email", "url", "phone", "anyType"}
_NUMBERS = {"int", "double", "currency", "percent"}
_LITERALS = {"boolean": "bool", "date": "date", "datetime": "datetime", **dict.fromkeys(_NUMBERS, "number")}
_CALLED = {"bool": "boolean", "datetime": "dateTime"}


class Org:
    """Records are made when an object is first asked for."""

    def __init__(self, facts: Facts) -> None:
        self._unit = Unit(facts)
        self._made: dict[str, dict[str, Record]] = {}

    def records(self, sobject: SObject) -> dict[str, Record]:
        """Every record there is or was, by id, in the order of ids."""
        if sobject.name not in self._made:
            as_of = self._unit.facts.as_of
            made = (record for record in MAKERS[sobject.name](self._unit) if record.created_at <= as_of)
            self._made[sobject.name] = {record.id: record for record in sorted(made, key=lambda record: record.id)}
        return self._made[sobject.name]

    def find(self, query: Query, with_deleted: bool, version: int) -> tuple[SObject, list[Record]]:
        """The records that a query names, in its order. Raises `SalesforceError` for names that are not there."""
        sobject = BY_LOWER_NAME.get(query.sobject.lower())
        if sobject is None or version < sobject.since:
            raise no_type(query.sobject)
        for name in (*query.fields, *([query.counted] if query.counted else [])):
            self.reader(sobject, name)
        holds = self._condition(sobject, query.condition)
        as_of = self._unit.facts.as_of
        found = [
            record
            for record in self.records(sobject).values()
            if (with_deleted or record.deleted_at is None or record.deleted_at > as_of) and holds(record)
        ]
        for order in reversed(query.order):
            ordered, read = self.reader(sobject, order.field)
            key = partial(_sort_key, ordered, read)
            known = sorted((one for one in found if read(one) is not None), key=key, reverse=order.is_descending)
            unknown = [one for one in found if read(one) is None]
            found = unknown + known if order.has_nulls_first else known + unknown
        found = found[query.offset :]
        return sobject, found if query.limit is None else found[: query.limit]

    def render(self, sobject: SObject, record: Record, fields: tuple[str, ...], version: str) -> dict[str, Any]:
        """A record as JSON: the fields asked for, those of parents inside an object of their own."""
        body: dict[str, Any] = {"attributes": _attributes(sobject, record.id, version)}
        for name in fields:
            relation, _, rest = name.rpartition(".")
            if not relation:
                field, read = self.reader(sobject, name)
                body[field.name] = _written(read(record))
                continue
            lookup = sobject.by_relationship[relation.lower()]
            parent = self._parent(lookup, record)
            shown = str(lookup.relationship)
            if parent is None:
                body[shown] = None
                continue
            target, parent_record = parent
            field, read = self.reader(target, rest)
            held = body.setdefault(shown, {"attributes": _attributes(target, parent_record.id, version)})
            held[field.name] = _written(read(parent_record))
        return body

    def reader(self, sobject: SObject, name: str) -> tuple[Field, Reader]:
        """The field a name stands for and how to read it. Raises INVALID_FIELD where there is none."""
        relation, _, rest = name.rpartition(".")
        if not relation:
            field = sobject.by_name.get(name.lower())
            if field is None:
                raise no_column(name, sobject.name)
            return field, partial(_value, field.name)
        lookup = sobject.by_relationship.get(relation.lower())
        if lookup is None:
            raise no_column(name, sobject.name)
        field, _ = self.reader(SOBJECTS[lookup.targets[0]], rest)

        def read(record: Record) -> Any:
            parent = self._parent(lookup, record)
            return None if parent is None else _value(field.name, parent[1])

        return field, read

    def _parent(self, lookup: Field, record: Record) -> tuple[SObject, Record] | None:
        held = _value(lookup.name, record)
        for target in lookup.targets:
            parent = self.records(SOBJECTS[target]).get(held or "")
            if parent is not None:
                return SOBJECTS[target], parent
        return None

    def _condition(self, sobject: SObject, condition: Condition | None) -> Callable[[Record], bool]:
        if condition is None:
            return lambda record: True
        if isinstance(condition, Combination):
            parts = [self._condition(sobject, part) for part in condition.parts]
            if condition.operator == "not":
                return lambda record: not parts[0](record)
            every = all if condition.operator == "and" else any
            return lambda record: every(part(record) for part in parts)
        return self._comparison(sobject, condition)

    def _comparison(self, sobject: SObject, comparison: Comparison) -> Callable[[Record], bool]:
        field, read = self.reader(sobject, comparison.field)
        values = [_comparable(field, literal) for literal in comparison.values]
        wanted, operator = values[0], comparison.operator

        def holds(record: Record) -> bool:
            held = _held(field, read(record))
            match operator:
                case "=":
                    return bool(held == wanted)
                case "!=":
                    return bool(held != wanted)
                case "in":
                    return held in values
                case "not in":
                    return held not in values
                case "like":
                    return held is not None and _like(str(wanted), str(held))
            if held is None or wanted is None:
                return False
            return bool({"<": held < wanted, "<=": held <= wanted, ">": held > wanted, ">=": held >= wanted}[operator])

        if operator == "like" and field.type not in _TEXTS:
            raise malformed(f"invalid operator on {field.type} field: {field.name}")
        return holds


def _value(name: str, record: Record) -> Any:
    """The value of a field, the ones that every record has included."""
    match name:
        case "Id":
            return record.id
        case "IsDeleted":
            return record.deleted_at is not None
        case "CreatedDate":
            return record.created_at
        case "LastModifiedDate" | "SystemModstamp":
            return record.changed_at
        case "CreatedById" | "LastModifiedById":
            return record.values.get(name) or record.values.get("OwnerId")
    return record.values.get(name)


def _held(field: Field, value: Any) -> Any:
    """A value in the form in which it is compared: texts without case, ids by their first fifteen characters."""
    if value is None:
        return None
    if field.type in _TEXTS:
        return str(value).lower()
    if field.type in ("id", "reference"):
        return str(value)[:15]
    if field.type in _NUMBERS:
        return float(value)
    if isinstance(value, datetime):
        return value.replace(microsecond=0)
    return value


def _comparable(field: Field, literal: Literal) -> Any:
    if literal.kind == "null":
        return None
    wanted = _LITERALS.get(field.type, "text")
    if literal.kind != wanted:
        raise bad_criterion(field.name, _CALLED.get(wanted, "string" if wanted == "text" else field.type))
    return _held(field, literal.value)


def _like(pattern: str, text: str) -> bool:
    """`%` stands for any characters, `_` for one."""
    if not pattern:
        return not text
    if pattern[0] == "%":
        return any(_like(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in ("_", text[0]) and _like(pattern[1:], text[1:])


def _sort_key(field: Field, read: Reader, record: Record) -> Any:
    """Records stand in the order in which their values compare, so that a reader may go on from the last one."""
    return _held(field, read(record))


def _attributes(sobject: SObject, record_id: str, version: str) -> dict[str, str]:
    return {"type": sobject.name, "url": f"/services/data/v{version}/sobjects/{sobject.name}/{record_id}"}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value
