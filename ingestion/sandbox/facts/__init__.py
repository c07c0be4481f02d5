"""What exists in the simulated company: plain records, no behaviour beyond reading their own history.

Conventions: every `*_at` is a timezone-aware UTC datetime; every `*_date` a date; money is an integer in the
currency's minor unit (cents; whole yen for JPY) beside its ISO currency; ids are unique per kind and never reused.
A `History` keeps every value a field ever had. Vendors render these records as their APIs would, each its own part of
them (`view`); `truth` computes from them and from nothing else.
"""

from __future__ import annotations

from ingestion.sandbox.facts.billing import (
    BillingCustomer,
    CreditNote,
    Discount,
    Invoice,
    InvoiceLine,
    Payment,
    Price,
    Product,
    Refund,
    Subscription,
    SubscriptionItem,
)
from ingestion.sandbox.facts.company import ExchangeRate, Facts
from ingestion.sandbox.facts.costs import OperatingCost
from ingestion.sandbox.facts.crm import DEAL_STAGES, Company, Deal, DealLine, Engagement, Owner, Person
from ingestion.sandbox.facts.forecasts import FORECAST_CATEGORIES, ForecastSubmission, Quota
from ingestion.sandbox.facts.frictions import FRICTIONS, Friction, FrictionHit
from ingestion.sandbox.facts.goods import Checkout, Order, OrderLine, OrderRefund, RefundLine
from ingestion.sandbox.facts.history import History
from ingestion.sandbox.facts.ids import SALESFORCE_PREFIXES, crm_id, dynamics_id, salesforce_id
from ingestion.sandbox.facts.leads import LEAD_STATUSES, CrmCampaign, CrmCampaignMember, CrmLead
from ingestion.sandbox.facts.marketing import AdCampaign, AdDay, AudienceMember, EmailActivity, EmailCampaign
from ingestion.sandbox.facts.partners import Partner, Referral, Reward
from ingestion.sandbox.facts.support import MetricEvent, Ticket, TicketComment
from ingestion.sandbox.facts.views import CRM_UNIT, LEAD_UNITS, UNIT_CRM, crm_of, deal_reference, unit_of, view
from ingestion.sandbox.facts.web import PageAction, Visit

CURRENCY_EXPONENT = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0}
"""Digits after the point of each currency the company trades in."""

__all__ = [
    "CRM_UNIT",
    "CURRENCY_EXPONENT",
    "DEAL_STAGES",
    "FORECAST_CATEGORIES",
    "FRICTIONS",
    "LEAD_STATUSES",
    "LEAD_UNITS",
    "SALESFORCE_PREFIXES",
    "UNIT_CRM",
    "AdCampaign",
    "AdDay",
    "AudienceMember",
    "BillingCustomer",
    "Checkout",
    "Company",
    "CreditNote",
    "CrmCampaign",
    "CrmCampaignMember",
    "CrmLead",
    "Deal",
    "DealLine",
    "Discount",
    "EmailActivity",
    "EmailCampaign",
    "Engagement",
    "ExchangeRate",
    "Facts",
    "ForecastSubmission",
    "Friction",
    "FrictionHit",
    "History",
    "Invoice",
    "InvoiceLine",
    "MetricEvent",
    "OperatingCost",
    "Order",
    "OrderLine",
    "OrderRefund",
    "Owner",
    "PageAction",
    "Partner",
    "Payment",
    "Person",
    "Price",
    "Product",
    "Quota",
    "Referral",
    "Refund",
    "RefundLine",
    "Reward",
    "Subscription",
    "SubscriptionItem",
    "Ticket",
    "TicketComment",
    "Visit",
    "crm_id",
    "crm_of",
    "deal_reference",
    "dynamics_id",
    "salesforce_id",
    "unit_of",
    "view",
]
