"""Which part of the company each system sees: one business unit per CRM, one channel per shop, desk and site."""

from __future__ import annotations

from dataclasses import replace

from ingestion.sandbox.facts.company import Facts
from ingestion.sandbox.facts.ids import crm_id

UNIT_CRM = {"northwind": "hubspot", "meridian": "salesforce", "polaris": "dynamics"}
"""Business units and the CRM (its source name) that each sells from. The company grew by acquisition."""
CRM_UNIT = {crm: unit for unit, crm in UNIT_CRM.items()}
LEAD_UNITS = ("meridian", "polaris")
"""Units in whose CRM a buyer is a lead before it is an account."""


def view(facts: Facts, source: str) -> Facts:
    """What the system behind `source` knows of the company; all of it, for those that are alone in their domain.

    `hubspot`, `salesforce`, `dynamics`: owners, companies, people, leads, deals, engagements, CRM campaigns, forecasts
    and quotas of the unit, whether or not they are accounts and contacts yet. `postgres_orders`, `shopify`: orders.
    `google_ads`, `linkedin_ads`: campaigns and their days. `matomo`, `ga4`: visits. `zendesk`, `intercom`: tickets and
    those who may answer them.
    Everything else is left in place for look-ups.
    """
    if source in CRM_UNIT:
        return _crm(facts, CRM_UNIT[source])
    if source in ("postgres_orders", "shopify"):
        channel = "order_database" if source == "postgres_orders" else source
        return replace(facts, orders=[order for order in facts.orders if order.channel == channel])
    if source in ("google_ads", "linkedin_ads"):
        campaigns = [campaign for campaign in facts.ad_campaigns if campaign.platform == source]
        known = {campaign.campaign_id for campaign in campaigns}
        days = [day for day in facts.ad_days if day.campaign_id in known]
        return replace(facts, ad_campaigns=campaigns, ad_days=days)
    if source in ("matomo", "ga4"):
        return replace(facts, visits=[visit for visit in facts.visits if visit.site == source])
    if source in ("zendesk", "intercom"):
        agents = [owner for owner in facts.owners if (owner.business_unit == "polaris") == (source == "intercom")]
        return replace(facts, owners=agents, tickets=[ticket for ticket in facts.tickets if ticket.desk == source])
    return facts


def unit_of(facts: Facts) -> dict[int, str]:
    """The business unit of every company, by company id."""
    return {company.company_id: company.business_unit for company in facts.companies}


def crm_of(facts: Facts) -> dict[int, str]:
    """The CRM (its source name) that has every company, by company id."""
    return {company_id: UNIT_CRM[unit] for company_id, unit in unit_of(facts).items()}


def deal_reference(units: dict[int, str], company_id: int, deal_id: int) -> str:
    """What other systems note about a deal: its id in the CRM of the company's unit, as `unit_of` tells that."""
    return crm_id(UNIT_CRM[units.get(company_id, "northwind")], "opportunity", deal_id)


def _crm(facts: Facts, unit: str) -> Facts:
    units = unit_of(facts)
    campaigns = [campaign for campaign in facts.crm_campaigns if campaign.business_unit == unit]
    known = {campaign.campaign_id for campaign in campaigns}
    return replace(
        facts,
        owners=[owner for owner in facts.owners if owner.business_unit == unit],
        companies=[company for company in facts.companies if company.business_unit == unit],
        people=[person for person in facts.people if units.get(person.company_id, unit) == unit],
        leads=[lead for lead in facts.leads if units.get(lead.company_id, unit) == unit],
        deals=[deal for deal in facts.deals if units.get(deal.company_id, unit) == unit],
        engagements=[item for item in facts.engagements if units.get(item.company_id, unit) == unit],
        crm_campaigns=campaigns,
        crm_campaign_members=[member for member in facts.crm_campaign_members if member.campaign_id in known],
        forecast_submissions=[item for item in facts.forecast_submissions if item.business_unit == unit],
        quotas=[quota for quota in facts.quotas if quota.business_unit == unit],
    )
