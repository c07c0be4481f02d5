"""Rows of buyers: accounts, contacts, leads, and the campaigns they were asked to."""

from __future__ import annotations

from collections.abc import Iterator

from ingestion.sandbox.facts import dynamics_id
from ingestion.sandbox.vendors.dynamics.tables import TABLES
from ingestion.sandbox.vendors.dynamics.unit import Row, Unit, currency_id, major, named, ref, stamp, user

LEAD_STATES = {
    "new": (0, 1),
    "working": (0, 2),
    "qualified": (0, 100000001),
    "converted": (1, 3),
    "unqualified": (2, 6),
}
LEAD_SOURCES = {"paid_search": 1, "referral": 3, "partner": 4, "event": 7, "organic_search": 8, "direct": 8}
CAMPAIGN_KINDS = {"webinar": 3, "event": 3, "trade_fair": 3}
CAMPAIGN_STATES = {"planned": 0, "in_progress": 2, "completed": 3, "aborted": 4}


def accounts(unit: Unit) -> Iterator[Row]:
    industries = {label: number for number, label in TABLES["accounts"].keys["industrycode"].options}
    for company in unit.facts.companies:
        if company.account_created_at is None:
            continue
        values = {
            "name": company.name,
            "websiteurl": f"https://{company.domain}",
            "address1_country": company.country,
            "industrycode": industries.get(company.industry),
            "numberofemployees": company.employees,
            "customertypecode": 3 if company.lifecycle.current == "customer" else None,
            "new_segment": company.segment,
            "new_region": company.region,
            "new_acquisitionchannel": company.acquisition_channel,
            "_ownerid_value": user(company.owner.current),
            "_parentaccountid_value": company.parent_company_id and dynamics_id("account", company.parent_company_id),
            "_transactioncurrencyid_value": currency_id(company.currency),
        }
        yield unit.mergeable("account", company.company_id, values, company, company.account_created_at)


def contacts(unit: Unit) -> Iterator[Row]:
    for person in unit.facts.people:
        if person.contact_created_at is None:
            continue
        lead = next((lead for lead in unit.leads_of.get(person.person_id, []) if lead.converted_at), None)
        values = {
            **named(person),
            "jobtitle": person.job_title,
            "telephone1": person.phone,
            "address1_country": unit.companies[person.company_id].country,
            "donotbulkemail": not person.has_marketing_consent,
            "_parentcustomerid_value": dynamics_id("account", person.company_id),
            "_originatingleadid_value": lead and dynamics_id("lead", lead.lead_id),
            "_ownerid_value": user(person.owner.current),
        }
        yield unit.mergeable("contact", person.person_id, values, person, person.contact_created_at)


def leads(unit: Unit) -> Iterator[Row]:
    for lead in unit.facts.leads:
        person, company = unit.people[lead.person_id], unit.companies[lead.company_id]
        state, reason = LEAD_STATES[lead.status.current]
        values = {
            **named(person),
            "subject": company.name,
            "companyname": company.name,
            "jobtitle": person.job_title,
            "telephone1": person.phone,
            "address1_country": company.country,
            "leadsourcecode": LEAD_SOURCES.get(lead.source, 10),
            "new_channel": lead.source,
            "new_qualifiedon": stamp(lead.qualified_at),
            "_ownerid_value": user(lead.owner.current),
            "_parentaccountid_value": ref("account", lead.converted_company_id),
            "_parentcontactid_value": ref("contact", lead.converted_person_id),
            "_qualifyingopportunityid_value": ref("opportunity", lead.converted_deal_id),
            "_campaignid_value": unit.first_campaign(lead),
        }
        row = unit.mergeable("lead", lead.lead_id, values, lead, lead.created_at)
        if lead.merged_into is None:
            row.values |= {"statecode": state, "statuscode": reason}
        else:
            row.values |= {"statecode": 2, "statuscode": 7}
        yield row


def campaigns(unit: Unit) -> Iterator[Row]:
    for campaign in unit.facts.crm_campaigns:
        status = campaign.status.current
        begun = campaign.starts_on.isoformat() + "T00:00:00Z"
        ended = campaign.ends_on.isoformat() + "T00:00:00Z"
        values = {
            "name": campaign.name,
            "codename": f"CMP-{campaign.campaign_id}",
            "typecode": CAMPAIGN_KINDS[campaign.kind],
            "proposedstart": begun,
            "proposedend": ended,
            "actualstart": begun if status in ("in_progress", "completed") else None,
            "actualend": ended if status == "completed" else None,
            "budgetedcost": major(campaign.budgeted_cost, campaign.currency),
            "totalactualcost": major(campaign.actual_cost, campaign.currency),
            "_ownerid_value": user(campaign.owner_id),
            "_transactioncurrencyid_value": currency_id(campaign.currency),
            "statecode": int(status in ("completed", "aborted")),
            "statuscode": CAMPAIGN_STATES[status],
        }
        number = dynamics_id("campaign", campaign.campaign_id)
        yield Row(number, values, campaign.created_at, campaign.updated_at)
