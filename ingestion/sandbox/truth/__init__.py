"""What every number ought to be: computed from `Facts` alone, by plain loops that share no code with the warehouse."""

from ingestion.sandbox.truth.forecast import ForecastRow, weighted_forecasts
from ingestion.sandbox.truth.money import reporting_amount, reporting_rate
from ingestion.sandbox.truth.pipeline import (
    PipelineDay,
    WaterfallRow,
    pipeline_by_day,
    pipeline_waterfall,
    pipeline_waterfall_by_close_month,
)
from ingestion.sandbox.truth.revenue import MovementRow, MrrRow, mrr_by_month, mrr_movements
from ingestion.sandbox.truth.touchpoints import Touchpoint, touchpoints
from ingestion.sandbox.truth.velocity import StageVisit, VelocityRow, stage_visits, velocity

__all__ = [
    "ForecastRow",
    "MovementRow",
    "MrrRow",
    "PipelineDay",
    "StageVisit",
    "Touchpoint",
    "VelocityRow",
    "WaterfallRow",
    "mrr_by_month",
    "mrr_movements",
    "pipeline_by_day",
    "pipeline_waterfall",
    "pipeline_waterfall_by_close_month",
    "reporting_amount",
    "reporting_rate",
    "stage_visits",
    "touchpoints",
    "velocity",
    "weighted_forecasts",
]
