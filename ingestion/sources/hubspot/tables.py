"""The raw tables of HubSpot, and which properties, histories and associations fill them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingestion.sources.hubspot.settings import Settings
from ingestion.tables import Column, ColumnType, RawTable

Property = tuple[str, ColumnType, str]
"""Column name, type and description of a property whose HubSpot name is the column's own."""

ENVELOPE = (
    Column("id", "text", "HubSpot's id of the record"),
    Column("created_at", "timestamp", "When the record was created", path="createdAt"),
    Column("updated_at", "timestamp", "When the record was last changed", path="updatedAt"),
    Column("archived", "bool", "In the recycle bin, or merged away"),
    Column(
        "archived_at",
        "timestamp",
        "When it was moved to the recycle bin",
        path="archivedAt",
    ),
)
MERGED_INTO = Column(
    "merged_into_id",
    "text",
    "The surviving record. Set by the connector on the record it keeps in place of one that was merged away",
    path="mergedInto",
)
MERGED_IDS: Property = (
    "hs_merged_object_ids",
    "text",
    "Ids merged into this record, separated by semicolons",
)
HISTORY = Column(
    "properties_with_history",
    "json",
    "Every value of the tracked properties, newest first: {property: [{value, timestamp, sourceType}]}",
    path="propertiesWithHistory",
)


@dataclass(frozen=True)
class CrmObject:
    """One object type of the CRM: its table and what to ask for."""

    object_type: str
    table: RawTable
    cursor: str
    """The property that says when a record last changed."""
    properties: tuple[str, ...]
    history: tuple[str, ...] = ()
    associations: tuple[str, ...] = ()
    """Object types whose associations are read with each record."""
    can_merge: bool = False


def crm_objects(settings: Settings) -> tuple[CrmObject, ...]:
    """Every object type read, those referred to before those that refer to them, with the company's own fields."""
    own: Mapping[str, tuple[str, ...]] = {str(name): fields for name, fields in settings.custom_fields.items()}
    return tuple(
        replace(one, properties=tuple(dict.fromkeys((*one.properties, *own.get(one.object_type, ())))))
        for one in _described(settings)
    )


def _described(settings: Settings) -> tuple[CrmObject, ...]:
    return (
        _crm_object(
            "companies",
            "Organisations, with every owner they ever had.",
            (
                ("name", "text", "Name"),
                ("domain", "text", "Main web domain"),
                ("industry", "text", "HubSpot's industry, such as COMPUTER_SOFTWARE"),
                ("country", "text", "Country or region as typed"),
                (
                    "hs_country_code",
                    "text",
                    "ISO 3166 alpha-2 code, where HubSpot derived one",
                ),
                ("numberofemployees", "bigint", "Employees"),
                ("annualrevenue", "decimal", "The organisation's own yearly revenue"),
                (
                    "hs_annual_revenue_currency_code",
                    "text",
                    "Currency of annualrevenue",
                ),
                ("lifecyclestage", "text", "Lifecycle stage"),
                ("hs_parent_company_id", "text", "Parent company"),
                ("hubspot_owner_id", "text", "Owner"),
                ("hs_analytics_source", "text", "Original traffic source"),
                (
                    "hs_lastmodifieddate",
                    "timestamp",
                    "Cursor: when any property or association last changed",
                ),
                MERGED_IDS,
            ),
            custom=(
                (
                    "segment",
                    settings.company_segment_property,
                    "Custom property: segment",
                ),
                (
                    "region",
                    settings.company_region_property,
                    "Custom property: sales region",
                ),
                (
                    "acquisition_channel",
                    settings.company_acquisition_channel_property,
                    "Custom property: channel of the first touch",
                ),
            ),
            history=("hubspot_owner_id",),
            can_merge=True,
        ),
        _crm_object(
            "contacts",
            "People, with every owner they ever had.",
            (
                ("email", "text", "E-mail address"),
                ("firstname", "text", "First name"),
                ("lastname", "text", "Last name"),
                ("jobtitle", "text", "Job title"),
                ("phone", "text", "Phone"),
                ("country", "text", "Country or region as typed"),
                ("lifecyclestage", "text", "Lifecycle stage"),
                (
                    "hs_lifecyclestage_marketingqualifiedlead_date",
                    "timestamp",
                    "When it became a marketing-qualified lead",
                ),
                (
                    "hs_lifecyclestage_salesqualifiedlead_date",
                    "timestamp",
                    "When it became a sales-qualified lead",
                ),
                ("hubspot_owner_id", "text", "Owner"),
                ("hs_email_optout", "bool", "Unsubscribed from all e-mail"),
                ("hs_analytics_source", "text", "Original traffic source"),
                ("associatedcompanyid", "text", "Primary company"),
                (
                    "lastmodifieddate",
                    "timestamp",
                    "Cursor: when any property or association last changed",
                ),
                MERGED_IDS,
            ),
            cursor="lastmodifieddate",
            history=("hubspot_owner_id",),
            associations=("companies",),
            can_merge=True,
        ),
        _crm_object(
            "deals",
            "Deals, with every value their tracked properties ever had.",
            (
                ("dealname", "text", "Name"),
                ("pipeline", "text", "Pipeline id"),
                ("dealstage", "text", "Stage id"),
                ("amount", "decimal", "Amount in deal_currency_code"),
                (
                    "deal_currency_code",
                    "text",
                    "ISO 4217; empty in an account with one currency",
                ),
                ("closedate", "timestamp", "When it is expected to close, or closed"),
                ("dealtype", "text", "newbusiness, existingbusiness or renewal"),
                ("closed_lost_reason", "text", "Why it was lost"),
                ("hubspot_owner_id", "text", "Owner"),
                (
                    "hs_manual_forecast_category",
                    "text",
                    "Forecast category the owner chose",
                ),
                ("hs_is_closed", "bool", "Won or lost"),
                ("hs_is_closed_won", "bool", "Won"),
                (
                    "hs_lastmodifieddate",
                    "timestamp",
                    "Cursor: when any property or association last changed",
                ),
                MERGED_IDS,
            ),
            custom=(
                (
                    "partner_key",
                    settings.deal_partner_property,
                    "Custom property: the partner's key",
                ),
            ),
            history=(
                "dealstage",
                "amount",
                "closedate",
                "hubspot_owner_id",
                "deal_currency_code",
            ),
            associations=("companies", "contacts"),
            can_merge=True,
        ),
        _engagement(
            "calls",
            "Logged calls, without their notes.",
            (
                ("hs_call_title", "text", "Title"),
                ("hs_call_direction", "text", "INBOUND or OUTBOUND"),
                ("hs_call_duration", "bigint", "Length in milliseconds"),
            ),
        ),
        _engagement(
            "emails",
            "Logged one-to-one e-mails, without their text.",
            (
                ("hs_email_subject", "text", "Subject"),
                (
                    "hs_email_direction",
                    "text",
                    "EMAIL (sent), INCOMING_EMAIL or FORWARDED_EMAIL",
                ),
            ),
        ),
        _engagement(
            "meetings",
            "Logged meetings, without their notes.",
            (
                ("hs_meeting_title", "text", "Title"),
                ("hs_meeting_start_time", "timestamp", "Beginning"),
                ("hs_meeting_end_time", "timestamp", "End"),
            ),
        ),
        _engagement(
            "notes",
            "Notes: that one was written, when and about whom; not its text.",
            (),
        ),
        _engagement("tasks", "Tasks.", (("hs_task_subject", "text", "Subject"),)),
    )


def _engagement(object_type: str, description: str, properties: Sequence[Property]) -> CrmObject:
    return _crm_object(
        object_type,
        description,
        (
            ("hs_timestamp", "timestamp", "When it took place or is due"),
            ("hubspot_owner_id", "text", "Owner"),
            (
                "hs_lastmodifieddate",
                "timestamp",
                "Cursor: when any property or association last changed",
            ),
            *properties,
        ),
        associations=("companies", "contacts", "deals"),
    )


def _crm_object(
    object_type: str,
    description: str,
    properties: Sequence[Property],
    custom: Sequence[tuple[str, str, str]] = (),
    cursor: str = "hs_lastmodifieddate",
    history: tuple[str, ...] = (),
    associations: tuple[str, ...] = (),
    can_merge: bool = False,
) -> CrmObject:
    columns = [*ENVELOPE, *([MERGED_INTO] if can_merge else [])]
    columns += [Column(name, type_, text, path=f"properties.{name}") for name, type_, text in properties]
    columns += [Column(name, "text", text, path=f"properties.{source}") for name, source, text in custom]
    columns += [HISTORY] if history else []
    columns += [
        Column(
            f"associated_{to_type}",
            "json",
            f"Associated {to_type}: [{{toObjectId, associationTypes}}]",
            path=f"associations.{to_type}",
        )
        for to_type in associations
    ]
    return CrmObject(
        object_type,
        RawTable(object_type, description, tuple(columns), key=("id",), version="updated_at"),
        cursor,
        tuple(name for name, _, _ in properties) + tuple(source for _, source, _ in custom),
        history,
        associations,
        can_merge,
    )
