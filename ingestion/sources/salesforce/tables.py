"""The objects read, field by field: name, type and meaning of every column, and how each object is kept up to date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.sources.salesforce.settings import Settings
from ingestion.tables import Column, ColumnType, RawTable

Field = tuple[str, ColumnType, str]
"""API name, type and description; the column is called like the field, in snake case."""

MAY_LACK = {
    "CurrencyIsoCode",
    "DefaultCurrencyIsoCode",
    "BillingCountryCode",
    "MailingCountryCode",
    "CountryCode",
    "IsPersonAccount",
    "ApiName",
    "GroupEventType",
    "IsUpToDate",
}
"""Standard fields that exist only with an edition or a feature: not worth a remark where they are missing."""
CURRENCY: Field = ("CurrencyIsoCode", "text", "ISO 4217; absent from an org with one currency")
OWNER: Field = ("OwnerId", "text", "Owner: a user, or a queue")
MASTER: Field = ("MasterRecordId", "text", "The surviving record, where this one was merged away")
CREATED: Field = ("CreatedDate", "timestamp", "When the record was created")


@dataclass(frozen=True)
class SObject:
    """One object and its table. Without `cursor` it is read whole on each run and replaces the table."""

    name: str
    table: RawTable
    fields: tuple[str, ...]
    custom_fields: tuple[str, ...] = ()
    """Fields of the org's own which nobody promises: those absent are left out."""
    cursor: str | None = "SystemModstamp"
    conditions: tuple[str, ...] = ()
    living: tuple[str, ...] | None = None
    """What tells living records from others; their number is compared with the rows held. None: not compared."""
    is_optional: bool = False
    """An org may do without it (a feature, an edition, a right): its table is then left as it is, with the reason."""


def sobjects(settings: Settings) -> tuple[SObject, ...]:
    """Every object read, those referred to before those that refer to them."""
    return (*_reference(settings), *_people(settings), *_deals(settings), *_work(settings), *_forecasts())


def _reference(settings: Settings) -> tuple[SObject, ...]:
    return (
        _whole(
            "Organization",
            "organization",
            "One row: the org itself.",
            (
                ("Name", "text", "Name"),
                ("OrganizationType", "text", "Edition"),
                ("IsSandbox", "bool", "A sandbox of another org"),
                ("TimeZoneSidKey", "text", "Time zone"),
                ("FiscalYearStartMonth", "bigint", "Month in which the fiscal year begins"),
                ("DefaultCurrencyIsoCode", "text", "Currency of records that name none, where Salesforce tells it"),
            ),
            more=(
                Column("configured_currency_code", "text", "The setting `currency_code`", path="configuredCurrency"),
            ),
        ),
        _whole(
            "CurrencyType",
            "currency_types",
            "Currencies of the org with the rate that holds where no dated one does.",
            (
                ("IsoCode", "text", "ISO 4217"),
                ("ConversionRate", "double", "Units for one unit of the corporate currency"),
                ("DecimalPlaces", "bigint", "Digits after the point"),
                ("IsActive", "bool", "Offered to users"),
                ("IsCorporate", "bool", "The corporate currency"),
            ),
        ),
        _whole(
            "DatedConversionRate",
            "dated_conversion_rates",
            "Exchange rates by date (advanced currency management). An opportunity takes the one of its close date.",
            (
                ("IsoCode", "text", "ISO 4217"),
                ("StartDate", "date", "First day the rate holds"),
                ("NextStartDate", "date", "First day it no longer holds"),
                ("ConversionRate", "double", "Units for one unit of the corporate currency"),
            ),
        ),
        _whole(
            "OpportunityStage",
            "opportunity_stages",
            "Stages of opportunities as configured now, those out of use included.",
            (
                ("ApiName", "text", "What StageName holds"),
                ("MasterLabel", "text", "Name people see"),
                ("IsActive", "bool", "In use"),
                ("SortOrder", "bigint", "Position"),
                ("IsClosed", "bool", "Ends an opportunity"),
                ("IsWon", "bool", "Ends it won"),
                ("DefaultProbability", "decimal", "Chance to win in percent"),
                ("ForecastCategory", "text", "Forecast category"),
            ),
            is_optional=False,
        ),
        _whole(
            "UserRole",
            "user_roles",
            "The role hierarchy.",
            (("Name", "text", "Name"), ("ParentRoleId", "text", "The role above")),
            is_optional=False,
        ),
        _whole(
            "Group",
            "groups",
            "Queues, which own leads until someone takes them, and public groups.",
            (
                ("Name", "text", "Name"),
                ("DeveloperName", "text", "Name in the API"),
                ("Type", "text", "Queue or Regular (a public group)"),
            ),
            conditions=("Type IN ('Queue','Regular')",),
        ),
        _changing(
            "User",
            "users",
            "Users. They are never deleted, only made inactive.",
            (
                ("Name", "text", "Full name"),
                ("Email", "text", "E-mail address"),
                ("UserType", "text", "Standard, or another kind of licence"),
                ("IsActive", "bool", "May log in"),
                ("UserRoleId", "text", "Role"),
                ("ManagerId", "text", "Manager"),
                CREATED,
            ),
            can_delete=False,
        ),
        _changing(
            "Product2",
            "products",
            "Products.",
            (
                ("Name", "text", "Name"),
                ("ProductCode", "text", "Code"),
                ("Family", "text", "Product family"),
                ("IsActive", "bool", "Offered"),
                CREATED,
            ),
            roles={"revenue_type": (settings.product_revenue_type_field, "text", "Custom field: revenue type")},
            own=settings.custom_fields.get("Product2", ()),
            is_optional=True,
        ),
    )


def _people(settings: Settings) -> tuple[SObject, ...]:
    return (
        _changing(
            "Account",
            "accounts",
            "Organisations, those merged away included.",
            (
                ("Name", "text", "Name"),
                ("Website", "text", "Web site as typed"),
                ("Type", "text", "Type, such as Customer or Prospect"),
                ("Industry", "text", "Industry"),
                ("NumberOfEmployees", "bigint", "Employees"),
                ("AnnualRevenue", "decimal", "The organisation's own yearly revenue"),
                ("BillingCountry", "text", "Country of the billing address as typed"),
                ("BillingCountryCode", "text", "ISO 3166 alpha-2, where the org keeps country codes"),
                ("AccountSource", "text", "Where the account came from"),
                ("ParentId", "text", "The account above"),
                OWNER,
                CURRENCY,
                MASTER,
                CREATED,
            ),
            roles={
                "segment": (settings.account_segment_field, "text", "Custom field: segment"),
                "region": (settings.account_region_field, "text", "Custom field: sales region"),
                "acquisition_channel": (
                    settings.account_acquisition_channel_field,
                    "text",
                    "Custom field: channel of the first touch",
                ),
            },
            own=settings.custom_fields.get("Account", ()),
        ),
        _changing(
            "Contact",
            "contacts",
            "People, those merged away included.",
            (
                ("AccountId", "text", "Organisation"),
                ("FirstName", "text", "First name"),
                ("LastName", "text", "Last name"),
                ("Email", "text", "E-mail address"),
                ("Title", "text", "Job title"),
                ("Phone", "text", "Phone"),
                ("MailingCountry", "text", "Country as typed"),
                ("MailingCountryCode", "text", "ISO 3166 alpha-2, where the org keeps country codes"),
                ("LeadSource", "text", "Where the contact came from"),
                ("HasOptedOutOfEmail", "bool", "Unsubscribed from all e-mail"),
                OWNER,
                MASTER,
                CREATED,
            ),
            own=settings.custom_fields.get("Contact", ()),
        ),
        _changing(
            "Lead",
            "leads",
            "Enquiries, converted and merged-away ones included.",
            (
                ("FirstName", "text", "First name"),
                ("LastName", "text", "Last name"),
                ("Email", "text", "E-mail address"),
                ("Company", "text", "Company"),
                ("Title", "text", "Job title"),
                ("Country", "text", "Country as typed"),
                ("CountryCode", "text", "ISO 3166 alpha-2, where the org keeps country codes"),
                ("Status", "text", "Status"),
                ("LeadSource", "text", "Where the lead came from"),
                ("IsConverted", "bool", "Converted"),
                ("ConvertedDate", "date", "Day of the conversion"),
                ("ConvertedAccountId", "text", "Account it became"),
                ("ConvertedContactId", "text", "Contact it became"),
                ("ConvertedOpportunityId", "text", "Opportunity it became"),
                OWNER,
                MASTER,
                CREATED,
            ),
            roles={
                "landing_page": (settings.lead_landing_page_field, "text", "Custom field: page or form"),
                "qualified_at": (settings.lead_qualified_at_field, "timestamp", "Custom field: when it was qualified"),
            },
            own=settings.custom_fields.get("Lead", ()),
            is_optional=True,
        ),
        _changing(
            "Campaign",
            "campaigns",
            "Campaigns.",
            (
                ("Name", "text", "Name"),
                ("Type", "text", "Kind, such as Email or Webinar"),
                ("Status", "text", "Status"),
                ("IsActive", "bool", "Running"),
                ("StartDate", "date", "First day"),
                ("EndDate", "date", "Last day"),
                ("ParentId", "text", "The campaign above"),
                CURRENCY,
                CREATED,
            ),
            own=settings.custom_fields.get("Campaign", ()),
            is_optional=True,
        ),
        _changing(
            "CampaignMember",
            "campaign_members",
            "Leads and contacts in campaigns.",
            (
                ("CampaignId", "text", "Campaign"),
                ("LeadId", "text", "Lead; kept after its conversion"),
                ("ContactId", "text", "Contact"),
                ("Status", "text", "Status"),
                ("HasResponded", "bool", "Answered"),
                ("FirstRespondedDate", "date", "Day of the first answer"),
                CREATED,
            ),
            is_optional=True,
        ),
    )


def _deals(settings: Settings) -> tuple[SObject, ...]:
    return (
        _changing(
            "Opportunity",
            "opportunities",
            "Opportunities.",
            (
                ("Name", "text", "Name"),
                ("AccountId", "text", "Organisation"),
                ("StageName", "text", "Stage"),
                ("Amount", "decimal", "Amount in CurrencyIsoCode"),
                ("Probability", "decimal", "Chance to win in percent"),
                ("CloseDate", "date", "When it is expected to close, or closed"),
                ("Type", "text", "Kind of sale"),
                ("LeadSource", "text", "Where it came from"),
                ("ForecastCategory", "text", "Omitted, Pipeline, BestCase, MostLikely, Forecast (commit) or Closed"),
                ("IsClosed", "bool", "Won or lost"),
                ("IsWon", "bool", "Won"),
                ("CampaignId", "text", "Primary campaign source"),
                OWNER,
                CURRENCY,
                CREATED,
            ),
            roles={
                "partner_key": (settings.opportunity_partner_field, "text", "Custom field: the partner's key"),
                "loss_reason": (settings.opportunity_loss_reason_field, "text", "Custom field: why it was lost"),
            },
            own=settings.custom_fields.get("Opportunity", ()),
        ),
        _changing(
            "OpportunityLineItem",
            "opportunity_line_items",
            "Products of opportunities.",
            (
                ("OpportunityId", "text", "Opportunity"),
                ("Product2Id", "text", "Product"),
                ("Quantity", "decimal", "Units"),
                ("UnitPrice", "decimal", "Price per unit, before Discount"),
                ("Discount", "decimal", "Discount in percent"),
                ("TotalPrice", "decimal", "Total after Discount"),
                ("ServiceDate", "date", "Date of the product"),
                CURRENCY,
                CREATED,
            ),
            own=settings.custom_fields.get("OpportunityLineItem", ()),
            is_optional=True,
        ),
        _changing(
            "OpportunityContactRole",
            "opportunity_contact_roles",
            "Contacts of opportunities.",
            (
                ("OpportunityId", "text", "Opportunity"),
                ("ContactId", "text", "Contact"),
                ("Role", "text", "Role"),
                ("IsPrimary", "bool", "The main contact"),
                CREATED,
            ),
        ),
        _changing(
            "OpportunityHistory",
            "opportunity_history",
            "What an opportunity looked like after each change of stage, amount, probability or close date.",
            (
                ("OpportunityId", "text", "Opportunity"),
                ("StageName", "text", "Stage"),
                ("Amount", "decimal", "Amount"),
                ("Probability", "decimal", "Chance to win in percent"),
                ("CloseDate", "date", "Close date"),
                ("ForecastCategory", "text", "Forecast category"),
                ("CreatedById", "text", "Who changed it"),
                CURRENCY,
                CREATED,
            ),
            is_compared=False,
        ),
        _changing(
            "OpportunityFieldHistory",
            "opportunity_field_history",
            "Changes of the fields that the org tracks, the owner among them; Salesforce keeps 18 to 24 months.",
            (
                ("OpportunityId", "text", "Opportunity"),
                ("Field", "text", "Field, or an event such as `created`"),
                ("OldValue", "text", "Value before"),
                ("NewValue", "text", "Value after"),
                ("CreatedById", "text", "Who changed it"),
                CREATED,
            ),
            cursor="CreatedDate",
            is_compared=False,
            is_optional=True,
        ),
    )


def _work(settings: Settings) -> tuple[SObject, ...]:
    activity: tuple[Field, ...] = (
        ("WhoId", "text", "Contact or lead"),
        ("WhatId", "text", "Account, opportunity or another object"),
        ("AccountId", "text", "Organisation, as Salesforce derives it"),
        ("Subject", "text", "Subject"),
        ("ActivityDate", "date", "Day: when due, for a task"),
        ("IsArchived", "bool", "Older than a year, kept apart by Salesforce"),
        ("IsRecurrence", "bool", "The pattern of a series, not one of it"),
        OWNER,
        CREATED,
    )
    return (
        _changing(
            "Task",
            "tasks",
            "Tasks, logged calls and e-mails among them; without their text.",
            (
                *activity,
                ("TaskSubtype", "text", "Task, Call, Email, ListEmail, Cadence or LinkedIn"),
                ("Status", "text", "Status"),
                ("IsClosed", "bool", "Done"),
                ("CompletedDateTime", "timestamp", "When it was done"),
                ("CallType", "text", "Inbound, Outbound or Internal"),
                ("CallDurationInSeconds", "bigint", "Length of a call"),
            ),
            own=settings.custom_fields.get("Task", ()),
        ),
        _changing(
            "Event",
            "events",
            "Calendar entries; without their text.",
            (
                *activity,
                ("StartDateTime", "timestamp", "Beginning"),
                ("EndDateTime", "timestamp", "End"),
                ("DurationInMinutes", "bigint", "Length"),
                ("IsAllDayEvent", "bool", "Without a time of day"),
                ("IsChild", "bool", "An invitee's copy"),
                ("GroupEventType", "text", "3 = the pattern of a series"),
            ),
            own=settings.custom_fields.get("Event", ()),
        ),
    )


def _forecasts() -> tuple[SObject, ...]:
    rolled_up: tuple[Field, ...] = (
        ("OwnerId", "text", "Whose forecast"),
        ("PeriodId", "text", "Period"),
        ("ForecastingTypeId", "text", "Forecast type"),
        ("ForecastingItemCategory", "text", "Rollup, such as CommitForecast or CommitOnly"),
        ("ForecastCategoryName", "text", "Forecast category, for single-category rollups"),
        ("ForecastAmount", "double", "With all adjustments"),
        ("AmountWithoutManagerAdjustment", "double", "As the owner sees it, own adjustments included"),
        ("AmountWithoutAdjustments", "double", "Without any adjustment"),
        ("OwnerOnlyAmount", "double", "The owner's own deals only"),
        ("HasAdjustment", "bool", "A manager adjusted it"),
        ("HasOwnerAdjustment", "bool", "The owner adjusted it"),
        ("IsAmount", "bool", "A forecast of revenue, not of quantity"),
        ("IsUpToDate", "bool", "False while Salesforce is still adding it up"),
        ("ParentForecastingItemId", "text", "The item of the manager above"),
        ("ProductFamily", "text", "Product family, for forecast types by family"),
        CURRENCY,
    )
    return (
        _whole(
            "Period",
            "periods",
            "Fiscal months, quarters, weeks and years.",
            (
                ("Type", "text", "Month, Quarter, Week or Year"),
                ("StartDate", "date", "First day"),
                ("EndDate", "date", "Last day"),
                ("IsForecastPeriod", "bool", "Used by forecasts"),
            ),
        ),
        _whole(
            "ForecastingType",
            "forecasting_types",
            "Kinds of forecast that the org makes.",
            (
                ("DeveloperName", "text", "Name in the API"),
                ("MasterLabel", "text", "Name"),
                ("IsActive", "bool", "In use"),
            ),
        ),
        _whole(
            "ForecastingQuota",
            "forecasting_quotas",
            "What each user is to close in a period.",
            (
                ("QuotaOwnerId", "text", "Whose quota"),
                ("PeriodId", "text", "Period"),
                ("StartDate", "date", "First day of the period"),
                ("ForecastingTypeId", "text", "Forecast type"),
                ("QuotaAmount", "decimal", "Quota"),
                ("IsAmount", "bool", "A quota of revenue, not of quantity"),
                ("ProductFamily", "text", "Product family, for forecast types by family"),
                CURRENCY,
            ),
        ),
        _changing(
            "ForecastingItem",
            "forecasting_items",
            "Each version of a forecast that a run met: Salesforce keeps the present one only.",
            rolled_up,
            key=("id", "system_modstamp"),
            can_delete=False,
            is_compared=False,
            is_optional=True,
        ),
        _changing(
            "ForecastingSubmission",
            "forecasting_submissions",
            "Forecasts as submitted (API v62 and later).",
            (
                ("ForecastOwnerId", "text", "Whose forecast"),
                ("PeriodId", "text", "Period"),
                ("ForecastingTypeId", "text", "Forecast type"),
                ("SubmissionDateTime", "timestamp", "When"),
                ("IsLatest", "bool", "The last of its period"),
                CURRENCY,
            ),
            can_delete=False,
            is_compared=False,
            is_optional=True,
        ),
        _changing(
            "ForecastingSubmissionItem",
            "forecasting_submission_items",
            "Amounts of submitted forecasts, one for each rollup (API v62 and later).",
            (
                ("ForecastingSubmissionId", "text", "Submission"),
                ("ForecastingItemCategory", "text", "Rollup, such as CommitForecast or CommitOnly"),
                ("Amount", "double", "Amount"),
                CURRENCY,
            ),
            can_delete=False,
            is_compared=False,
            is_optional=True,
        ),
    )


OBJECTS = RawTable(
    "objects",
    "What this run found of each object: whether it was read, why not, and which fields are missing.",
    (
        Column("name", "text", "Object"),
        Column("is_read", "bool", "Read on this run", path="isRead"),
        Column("reason", "text", "Why it was not read"),
        Column("missing_fields", "json", "Declared fields that the user cannot read", path="missingFields"),
        Column("missing_custom_fields", "json", "The same of `custom_fields`", path="missingCustomFields"),
    ),
    key=("name",),
    write="replace",
)


def _whole(
    name: str,
    table: str,
    description: str,
    fields: Sequence[Field],
    *,
    more: tuple[Column, ...] = (),
    conditions: tuple[str, ...] = (),
    is_optional: bool = True,
) -> SObject:
    """A short list without deletions of its own: what is no longer listed is gone."""
    columns = (Column("id", "text", "Salesforce's id", path="Id"), *map(_column, fields), *more)
    raw = RawTable(table, description, columns, key=("id",), write="replace")
    names = ("Id", *(field for field, _, _ in fields))
    return SObject(name, raw, names, cursor=None, conditions=conditions, is_optional=is_optional)


def _changing(
    name: str,
    table: str,
    description: str,
    fields: Sequence[Field],
    *,
    roles: dict[str, Field] | None = None,
    own: tuple[str, ...] = (),
    cursor: str = "SystemModstamp",
    key: tuple[str, ...] = ("id",),
    can_delete: bool = True,
    is_compared: bool = True,
    is_optional: bool = False,
) -> SObject:
    """An object read by what changed. `roles` are custom fields with a column of ours, `own` those kept as they are."""
    system: list[Field] = []
    if cursor != "CreatedDate":
        system.append((cursor, "timestamp", "Cursor: when a user or Salesforce last changed the record"))
    if can_delete:
        system.append(("IsDeleted", "bool", "In the recycle bin, or merged away"))
    declared = (*fields, *system)
    columns = [Column("id", "text", "Salesforce's id", path="Id"), *map(_column, declared)]
    columns += [Column(column, type_, text, path=field) for column, (field, type_, text) in (roles or {}).items()]
    raw = RawTable(
        table,
        description,
        tuple(columns),
        key=key,
        version=_snake(cursor),
        deleted_flag="IsDeleted" if can_delete else None,
    )
    living = ("IsDeleted = false",) if can_delete else ()
    return SObject(
        name,
        raw,
        ("Id", *(field for field, _, _ in declared)),
        tuple(dict.fromkeys((*(field for field, _, _ in (roles or {}).values()), *own))),
        cursor,
        living=living if is_compared else None,
        is_optional=is_optional,
    )


def _column(field: Field) -> Column:
    name, type_, description = field
    return Column(_snake(name), type_, description, path=name)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
