"""The choices on which published definitions of metrics differ."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator, model_validator

from orchestration.section import Section

Conversion = Literal["opportunity_created", "opportunity_won", "order_placed", "goal_reached"]
Touch = Literal["web_session", "email_click", "email_open", "referral_registered"]
Activity = Literal["call", "email", "meeting", "note", "task"]
Signs = tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
AttributionModel = Literal[
    "first_touch", "last_touch", "last_non_direct", "linear", "position_based", "w_shaped", "time_decay", "markov"
]


class PredictabilityWeights(Section):
    """Weights of the five parts of the predictability index; a part with none is left out."""

    recurring_share: float = Field(default=1, ge=0)
    stability: float = Field(default=1, ge=0)
    committed_coverage: float = Field(default=1, ge=0)
    forecast_hits: float = Field(default=1, ge=0)
    forecast_steadiness: float = Field(default=1, ge=0)

    @model_validator(mode="after")
    def _weigh_something(self) -> PredictabilityWeights:
        if not any(self.model_dump().values()):
            raise ValueError("give one part a weight above 0")
        return self


class PolicySettings(Section):
    """Choices on which published metric definitions differ; each is recorded beside the numbers it shaped.

    docs/metrics.md says what each value does.
    """

    mrr_trials: Literal["excluded", "included_once_active"] = "excluded"
    mrr_discounts: Literal["applied", "only_permanent", "never"] = "applied"
    mrr_metered: Literal["excluded", "trailing_average"] = "excluded"
    mrr_metered_months: int = Field(default=3, ge=1, le=12)
    """Complete months that a trailing average of metered revenue looks back."""
    mrr_pauses: Literal["excluded", "included"] = "excluded"
    mrr_past_due: Literal["counted_until_cancelled", "churned_after_days"] = "counted_until_cancelled"
    mrr_past_due_days: int = Field(default=30, ge=0)
    """Days past due after which `churned_after_days` counts a contract no more."""
    mrr_churn_date: Literal["end_of_paid_period", "cancellation_request", "cancellation"] = "end_of_paid_period"
    mrr_reactivation: Literal["within_window", "any_gap", "none"] = "within_window"
    mrr_reactivation_window_days: int = Field(default=90, ge=0)
    """A customer back within this gap is a reactivation, beyond it new."""
    mrr_exchange_rate: Literal["constant", "service_period_start", "spot"] = "constant"
    mrr_new_and_churn_in_month: Literal["counted", "dropped"] = "counted"
    """Customers who paid only between two month ends."""
    revenue_refunds: Literal["when_given", "original_month"] = "when_given"
    cac_cost_lag: Literal["same_period", "one_period", "median_sales_cycle"] = "same_period"
    cac_shared_cost: Literal["new_customers", "direct_cost", "none"] = "new_customers"
    """By what the cost that several channels, segments or partner roles share is spread over them."""
    clv_horizon_days: int = Field(default=365, ge=1)
    """How far ahead predictive customer lifetime value looks."""
    pipeline_qualified_from_stages: tuple[str, ...] = ()
    """Codes or labels of the stages from which on a deal is qualified; a pipeline with none of them: every open one."""
    pipeline_stale_after_days: int = Field(default=0, ge=0)
    """Deals without activity for longer are left out of the velocity; 0: none are."""
    pipeline_ageing_days: tuple[int, ...] = (30, 60, 90, 180)
    """Upper bounds of the age groups of open deals."""
    velocity_window_days: int = Field(default=90, ge=1)
    """Win rate, average amount and cycle are those of the deals closed in so many days."""
    forecast_period: Literal["quarter", "month"] = "quarter"
    """Which fiscal period is forecast and covered."""
    forecast_horizon_days: tuple[int, ...] = (90, 60, 30, 0)
    """Days before a period's end on which its forecast is looked at."""
    forecast_lead_days: int = Field(default=30, ge=0)
    """How early the forecast is whose accuracy is published as the headline; always among the horizons."""
    forecast_naive: Literal["last_year", "last_period"] = "last_year"
    """Which naive forecast the skill of the others is measured against."""
    attribution_conversions: tuple[Conversion, ...] = get_args(Conversion)
    """What counts as a conversion; credit is spread for each kind on its own."""
    attribution_touches: tuple[Touch, ...] = ("web_session", "email_click", "referral_registered")
    """What counts as a touch of marketing."""
    attribution_lookback_days: int = Field(default=90, ge=1)
    """Touches so long before a conversion take part in it."""
    attribution_session_timeout_minutes: int = Field(default=30, ge=0)
    """Touches of one buyer through one channel, each within so long of the one before, are one."""
    attribution_half_life_days: float = Field(default=7, gt=0)
    """A touch so long before another has half its credit under time decay."""
    return_model: AttributionModel = "position_based"
    """The attribution model behind return on ad spend and the cost of an opportunity and a customer."""
    return_conversion: Conversion = "opportunity_won"
    """The conversions whose value is the return."""
    predictability_weights: PredictabilityWeights = PredictabilityWeights()
    """How much each part counts in the predictability index."""
    handoff_lost_after_days: int = Field(default=30, ge=1)
    """A handoff still open after so many days counts as drop-off."""
    friction_window_months: int = Field(default=12, ge=1)
    """How long a period of the friction ranking is, the newest ending at `as_of`."""
    friction_baseline_months: int = Field(default=12, ge=1)
    """Each period is compared with so many months before it."""
    friction_minimum_count: int = Field(default=5, ge=2)
    """Fewer buyers than this, in a place or among its peers, are not judged."""
    journey_lost_after_days: int = Field(default=180, ge=1)
    """A buyer still in a stage of the journey before the purchase after so many days counts as drop-off."""
    stitch_window_days: int = Field(default=0, ge=0)
    """An anonymous visit belongs to a login on the same device no further away than this; 0: however far."""
    stitch_without_consent: bool = True
    """Whether anonymous visits are credited to people who have not consented to marketing."""
    journey_retained_after_days: int = Field(default=365, ge=1)
    """A customer who has paid for so long without a break is retained."""
    journey_onboarding_activities: tuple[Activity, ...] = ("call", "meeting")
    """The first of these with a new customer, about no deal, shows that it was taken on."""
    account_window_days: int = Field(default=90, ge=1)
    """How far back an account's recent conversations and the fall of its revenue are looked at."""
    health_silent_days: Signs = (60, 120)
    """Days without a touch. Of this and each sign below, the first number is to watch, from the second on at risk."""
    health_overdue_days: Signs = (7, 30)
    """Days a bill has been overdue."""
    health_mrr_fall_percent: Signs = (1, 20)
    """By how much MRR fell within `account_window_days`, in per cent."""
    health_late_conversations: Signs = (1, 3)
    """Open conversations whose agreed time has passed."""
    partner_registration_days: int = Field(default=90, ge=1)
    """A deal opened so long after its registration by a partner, or later, was not sourced by the partner."""
    partner_first_contact: Literal["account", "opportunity"] = "account"
    """Whether a partner has to register a deal before the first contact with its account, or about the deal itself."""
    partner_contact_activities: tuple[Activity, ...] = Field(default=("call", "email", "meeting"), min_length=1)
    """Which activities of sellers are contact, unless the buyer began them; so is opening a deal."""
    reconciliation_grace_days: int = Field(default=30, ge=0)
    """How long a deal, order or bill may wait for its counterpart in another system, and how far apart they may lie."""
    reconciliation_tolerance_percent: Decimal = Field(default=Decimal(1), ge=0, le=100)
    """How far two amounts may differ and still agree, in per cent of the larger."""

    @field_validator(
        "health_silent_days", "health_overdue_days", "health_mrr_fall_percent", "health_late_conversations"
    )
    @classmethod
    def _worsening(cls, signs: Signs) -> Signs:
        if signs[0] > signs[1]:
            raise ValueError("give two numbers: from where on to watch and, not lower, from where on at risk")
        return signs

    @field_validator("pipeline_ageing_days", "forecast_horizon_days")
    @classmethod
    def _ordered(cls, days: tuple[int, ...]) -> tuple[int, ...]:
        """Days without repetition, in ascending order: settings may list them in any."""
        if not days or min(days) < 0:
            raise ValueError("give one number of days or more, none below 0")
        return tuple(sorted(set(days)))
