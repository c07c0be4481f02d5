"""What every number ought to be: computed from `Facts` alone, by plain loops that share no code with the warehouse."""

from ingestion.sandbox.truth.accounts import AccountDay, accounts_on, last_touches
from ingestion.sandbox.truth.accuracy import Accuracy, forecast_accuracy
from ingestion.sandbox.truth.acquisition import AcquisitionCost, acquisition_costs
from ingestion.sandbox.truth.attribution import Credit, credits_of_won_deals
from ingestion.sandbox.truth.coverage import CoverageRow, SlippageRow, coverage, slippage
from ingestion.sandbox.truth.customer_value import ValueRow, customer_value
from ingestion.sandbox.truth.forecast import ForecastRow, weighted_forecasts
from ingestion.sandbox.truth.frictions import FrictionSize, friction_sizes
from ingestion.sandbox.truth.funnel import (
    FunnelRow,
    deal_stays,
    funnel,
    journey_stays,
    quantile,
    worth_of_deals,
    worth_of_journeys,
)
from ingestion.sandbox.truth.growth import RevenueMonth, revenue_by_month
from ingestion.sandbox.truth.handoffs import Handoff, handoffs
from ingestion.sandbox.truth.identity import Identity, humans, identities, organisations
from ingestion.sandbox.truth.journeys import Identities, journeys
from ingestion.sandbox.truth.lifetime_value import LifetimeRow, lifetime_revenue
from ingestion.sandbox.truth.marketing import EfficiencyQuarter, Lead, SpendMonth, ad_spend, efficiency, leads
from ingestion.sandbox.truth.money import reporting_amount, reporting_rate
from ingestion.sandbox.truth.owners import owners_on
from ingestion.sandbox.truth.partners import PartnerRole, partner_role_by_customer, partner_roles
from ingestion.sandbox.truth.pipeline import (
    PipelineDay,
    WaterfallRow,
    pipeline_by_day,
    pipeline_waterfall,
    pipeline_waterfall_by_close_month,
)
from ingestion.sandbox.truth.predictability import PredictabilityRow, predictability
from ingestion.sandbox.truth.recognition import EarnedLine, recognised_by_line
from ingestion.sandbox.truth.reconciliation import Link, booking_links, order_links
from ingestion.sandbox.truth.retention import CohortCell, RetentionRow, cohorts, retention
from ingestion.sandbox.truth.revenue import MovementRow, MrrRow, mrr_by_month, mrr_movements
from ingestion.sandbox.truth.sellers import SellerMonth, seller_months
from ingestion.sandbox.truth.selling import (
    AgeGroup,
    ClosedMonth,
    StageExits,
    age_groups,
    closed_months,
    stage_exits,
)
from ingestion.sandbox.truth.stages import CustomerStage, customer_stages
from ingestion.sandbox.truth.touchpoints import Touchpoint, stitched, touchpoints
from ingestion.sandbox.truth.velocity import StageVisit, VelocityRow, stage_visits, velocity

__all__ = [
    "AccountDay",
    "Accuracy",
    "AcquisitionCost",
    "AgeGroup",
    "ClosedMonth",
    "CohortCell",
    "CoverageRow",
    "Credit",
    "CustomerStage",
    "EarnedLine",
    "EfficiencyQuarter",
    "ForecastRow",
    "FrictionSize",
    "FunnelRow",
    "Handoff",
    "Identities",
    "Identity",
    "Lead",
    "LifetimeRow",
    "Link",
    "MovementRow",
    "MrrRow",
    "PartnerRole",
    "PipelineDay",
    "PredictabilityRow",
    "RetentionRow",
    "RevenueMonth",
    "SellerMonth",
    "SlippageRow",
    "SpendMonth",
    "StageExits",
    "StageVisit",
    "Touchpoint",
    "ValueRow",
    "VelocityRow",
    "WaterfallRow",
    "accounts_on",
    "acquisition_costs",
    "ad_spend",
    "age_groups",
    "booking_links",
    "closed_months",
    "cohorts",
    "coverage",
    "credits_of_won_deals",
    "customer_stages",
    "customer_value",
    "deal_stays",
    "efficiency",
    "forecast_accuracy",
    "friction_sizes",
    "funnel",
    "handoffs",
    "humans",
    "identities",
    "journey_stays",
    "journeys",
    "last_touches",
    "leads",
    "lifetime_revenue",
    "mrr_by_month",
    "mrr_movements",
    "order_links",
    "organisations",
    "owners_on",
    "partner_role_by_customer",
    "partner_roles",
    "pipeline_by_day",
    "pipeline_waterfall",
    "pipeline_waterfall_by_close_month",
    "predictability",
    "quantile",
    "recognised_by_line",
    "reporting_amount",
    "reporting_rate",
    "retention",
    "revenue_by_month",
    "seller_months",
    "slippage",
    "stage_exits",
    "stage_visits",
    "stitched",
    "touchpoints",
    "velocity",
    "weighted_forecasts",
    "worth_of_deals",
    "worth_of_journeys",
]
