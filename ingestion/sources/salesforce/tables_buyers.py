"""Buyers: accounts, contacts, leads, and the campaigns they were asked to."""

from __future__ import annotations

from ingestion.sources.salesforce.settings import Settings
from ingestion.sources.salesforce.sobject import CREATED, CURRENCY, MASTER, OWNER, SObject, changing, field_history

OWNER_CHANGES = "Field IN ('created', 'Owner')"
"""Of the history of accounts and contacts, what tells who owned them; `created` tells that it reaches back so far."""


def buyers(settings: Settings) -> tuple[SObject, ...]:
    return (
        changing(
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
        changing(
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
        changing(
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
        field_history("Lead", "lead_history", "Changes of the fields of leads that the org tracks, such as the owner"),
        *(
            field_history(
                parent,
                f"{parent.lower()}_history",
                f"Owners of {parent.lower()}s, if the org tracks them",
                conditions=(OWNER_CHANGES,),
            )
            for parent in ("Account", "Contact")
        ),
        changing(
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
        changing(
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
