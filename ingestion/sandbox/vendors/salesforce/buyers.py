"""Records of buyers: accounts, contacts, leads, and the campaigns they were asked to."""

from __future__ import annotations

from ingestion.sandbox.facts import salesforce_id
from ingestion.sandbox.vendors.salesforce.unit import Record, Records, Unit, major, ref

LEAD_STATUSES = {
    "new": "Open - Not Contacted",
    "working": "Working - Contacted",
    "qualified": "Qualified",
    "converted": "Closed - Converted",
    "unqualified": "Closed - Not Converted",
}
CAMPAIGN_TYPES = {"webinar": "Webinar", "event": "Event", "trade_fair": "Trade Show"}
CAMPAIGN_STATUSES = {
    "planned": "Planned",
    "in_progress": "In Progress",
    "completed": "Completed",
    "aborted": "Aborted",
}
MEMBER_STATUSES = {"sent": "Sent", "registered": "Registered", "attended": "Attended", "no_show": "No Show"}


def accounts(unit: Unit) -> Records:
    for company in unit.facts.companies:
        if company.account_created_at is None:
            continue
        values = {
            "Name": company.name,
            "Website": f"https://{company.domain}",
            "BillingCountry": company.country,
            "BillingCountryCode": company.country,
            "Industry": company.industry,
            "NumberOfEmployees": company.employees,
            "Type": "Customer" if company.lifecycle.current == "customer" else "Prospect",
            "AccountSource": company.acquisition_channel,
            "Segment__c": company.segment,
            "Region__c": company.region,
            "AcquisitionChannel__c": company.acquisition_channel,
            "ParentId": ref("account", company.parent_company_id),
            "OwnerId": salesforce_id("user", company.owner.current),
            "CurrencyIsoCode": company.currency,
        }
        yield unit.mergeable("account", company.company_id, values, company, company.account_created_at)


def contacts(unit: Unit) -> Records:
    for person in unit.facts.people:
        if person.contact_created_at is None:
            continue
        company = unit.companies[person.company_id]
        values = {
            "AccountId": salesforce_id("account", person.company_id),
            "FirstName": person.first_name,
            "LastName": person.last_name,
            "Name": f"{person.first_name} {person.last_name}",
            "Email": person.email,
            "Title": person.job_title,
            "Phone": person.phone,
            "MailingCountry": company.country,
            "MailingCountryCode": company.country,
            "LeadSource": next((lead.source for lead in unit.leads_of.get(person.person_id, [])), None),
            "HasOptedOutOfEmail": not person.has_marketing_consent,
            "OwnerId": salesforce_id("user", person.owner.current),
            "CurrencyIsoCode": company.currency,
        }
        yield unit.mergeable("contact", person.person_id, values, person, person.contact_created_at)


def leads(unit: Unit) -> Records:
    for lead in unit.facts.leads:
        person, company = unit.people[lead.person_id], unit.companies[lead.company_id]
        values = {
            "FirstName": person.first_name,
            "LastName": person.last_name,
            "Name": f"{person.first_name} {person.last_name}",
            "Company": company.name,
            "Email": person.email,
            "Title": person.job_title,
            "Phone": person.phone,
            "Website": f"https://{company.domain}",
            "Industry": company.industry,
            "Country": company.country,
            "CountryCode": company.country,
            "Status": LEAD_STATUSES[lead.status.current],
            "LeadSource": lead.source,
            "HasOptedOutOfEmail": not person.has_marketing_consent,
            "IsConverted": lead.converted_at is not None,
            "ConvertedDate": lead.converted_at and lead.converted_at.date(),
            "ConvertedAccountId": ref("account", lead.converted_company_id),
            "ConvertedContactId": ref("contact", lead.converted_person_id),
            "ConvertedOpportunityId": ref("opportunity", lead.converted_deal_id),
            "QualifiedOn__c": lead.qualified_at,
            "UnqualifiedReason__c": lead.unqualified_reason,
            "OwnerId": salesforce_id("user", lead.owner.current),
            "CurrencyIsoCode": company.currency,
        }
        yield unit.mergeable("lead", lead.lead_id, values, lead, lead.created_at)


def campaigns(unit: Unit) -> Records:
    for campaign in unit.facts.crm_campaigns:
        values = {
            "Name": campaign.name,
            "Type": CAMPAIGN_TYPES[campaign.kind],
            "Status": CAMPAIGN_STATUSES[campaign.status.current],
            "StartDate": campaign.starts_on,
            "EndDate": campaign.ends_on,
            "BudgetedCost": major(campaign.budgeted_cost, campaign.currency),
            "ActualCost": major(campaign.actual_cost, campaign.currency),
            "IsActive": campaign.status.current in ("planned", "in_progress"),
            "OwnerId": salesforce_id("user", campaign.owner_id),
            "CurrencyIsoCode": campaign.currency,
        }
        number = salesforce_id("campaign", campaign.campaign_id)
        yield Record(number, values, campaign.created_at, campaign.updated_at)


def members(unit: Unit) -> Records:
    converted = {lead.lead_id: lead.converted_person_id for lead in unit.facts.leads if lead.converted_at}
    for member in unit.facts.crm_campaign_members:
        person = unit.people.get(member.person_id)
        contact = converted.get(member.lead_id or 0)
        if contact is None and member.lead_id is None and person is not None and person.contact_created_at:
            contact = person.person_id
        responded = member.responded_at
        values = {
            "CampaignId": salesforce_id("campaign", member.campaign_id),
            "LeadId": ref("lead", member.lead_id),
            "ContactId": ref("contact", contact),
            "Status": MEMBER_STATUSES[member.status.current],
            "HasResponded": responded is not None,
            "FirstRespondedDate": responded and responded.date(),
            "CurrencyIsoCode": "USD",
        }
        number = salesforce_id("campaign_member", member.member_id)
        yield Record(number, values, member.created_at, member.updated_at)
