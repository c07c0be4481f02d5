"""Selling: opportunities with what belongs to them and their history, tasks and events."""

from __future__ import annotations

from ingestion.sources.salesforce.settings import Settings
from ingestion.sources.salesforce.sobject import CREATED, CURRENCY, OWNER, Field, SObject, changing, field_history


def deals(settings: Settings) -> tuple[SObject, ...]:
    return (
        changing(
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
        changing(
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
        changing(
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
        changing(
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
        field_history(
            "Opportunity",
            "opportunity_field_history",
            "Changes of the fields that the org tracks, the owner among them",
            name="OpportunityFieldHistory",
        ),
    )


def work(settings: Settings) -> tuple[SObject, ...]:
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
        changing(
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
        changing(
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
