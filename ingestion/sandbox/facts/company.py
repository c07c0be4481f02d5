"""The whole of the facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from ingestion.sandbox.facts.billing import (
    BillingCustomer,
    CreditNote,
    Invoice,
    Payment,
    Price,
    Product,
    Refund,
    Subscription,
)
from ingestion.sandbox.facts.costs import OperatingCost
from ingestion.sandbox.facts.crm import Company, Deal, Engagement, Owner, Person
from ingestion.sandbox.facts.forecasts import ForecastSubmission, Quota
from ingestion.sandbox.facts.frictions import FrictionHit
from ingestion.sandbox.facts.goods import Order
from ingestion.sandbox.facts.leads import CrmCampaign, CrmCampaignMember, CrmLead
from ingestion.sandbox.facts.marketing import AdCampaign, AdDay, AudienceMember, EmailActivity, EmailCampaign
from ingestion.sandbox.facts.partners import Partner, Referral, Reward
from ingestion.sandbox.facts.support import Ticket
from ingestion.sandbox.facts.web import Visit


@dataclass
class ExchangeRate:
    """Units of US dollar per one unit of `currency`, as fixed by the company's treasury on `day`."""

    day: date
    currency: str
    rate: str
    """Decimal with six places, as text."""


@dataclass
class Facts:
    """Everything that has happened up to `as_of`, each list in order of creation."""

    seed: int
    scale: float
    starts_on: date
    as_of: datetime
    owners: list[Owner] = field(default_factory=list)
    companies: list[Company] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    prices: list[Price] = field(default_factory=list)
    billing_customers: list[BillingCustomer] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    credit_notes: list[CreditNote] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    ad_campaigns: list[AdCampaign] = field(default_factory=list)
    ad_days: list[AdDay] = field(default_factory=list)
    email_lists: list[tuple[str, str, datetime]] = field(default_factory=list)
    """(list id, name, created at)."""
    email_campaigns: list[EmailCampaign] = field(default_factory=list)
    audience_members: list[AudienceMember] = field(default_factory=list)
    email_activity: list[EmailActivity] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    partners: list[Partner] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    rewards: list[Reward] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    exchange_rates: list[ExchangeRate] = field(default_factory=list)
    leads: list[CrmLead] = field(default_factory=list)
    crm_campaigns: list[CrmCampaign] = field(default_factory=list)
    crm_campaign_members: list[CrmCampaignMember] = field(default_factory=list)
    forecast_submissions: list[ForecastSubmission] = field(default_factory=list)
    quotas: list[Quota] = field(default_factory=list)
    operating_costs: list[OperatingCost] = field(default_factory=list)
    friction_hits: list[FrictionHit] = field(default_factory=list)
