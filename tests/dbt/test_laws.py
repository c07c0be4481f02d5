"""Conservation laws on generated companies: the models' own SQL, run on whatever hypothesis can think of."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.dbt.warehouse import FEW, SUITES, Start, Warehouse

START = datetime(2024, 1, 1, 9)


touches = st.lists(
    st.tuples(st.integers(0, 60 * 24 * 80), st.sampled_from(["email", "direct", "social"]), st.booleans()), max_size=6
)
deals = st.lists(
    st.tuples(touches, st.decimals(0, 10**6, places=2), st.none() | st.integers(-5, 85), st.integers(0, 85)),
    min_size=1, max_size=6,
)  # fmt: skip


@FEW
@given(deals)
def test_credit_adds_up_to_one_and_amounts_to_the_value(company: Start, deals: list[Any]) -> None:
    """Any path, any value, a lead and a deal created whenever: nothing is lost to rounding under any model."""
    with company() as warehouse:
        won_at = START + timedelta(days=90)
        month = {"month_date": won_at.date().replace(day=1), "is_complete": True}
        warehouse.insert("marts.dim_months", [month])
        for number, (path, value, lead_day, opportunity_day) in enumerate(deals):
            conversion = {
                "conversion_type": "opportunity_won", "conversion_id": f"d{number}", "subject_type": "account",
                "subject_id": f"a{number}", "occurred_at": won_at, "month_date": won_at.date().replace(day=1),
                "lead_created_at": None if lead_day is None else START + timedelta(days=lead_day),
                "opportunity_created_at": START + timedelta(days=opportunity_day), "value_reporting": value,
            }  # fmt: skip
            warehouse.insert("marts.fct_conversions", [conversion])
            for place, (minute, channel, belongs) in enumerate(path):
                touch = {
                    "subject_type": "account", "subject_id": f"a{number}" if belongs else "lurker",
                    "touch_id": f"t{number}-{place}", "occurred_at": START + timedelta(minutes=minute),
                    "channel": channel,
                }  # fmt: skip
                warehouse.insert("marts.fct_attribution_touches", [touch])
        effects = [("email", Decimal("0.7")), ("direct", Decimal("0.3"))]
        warehouse.insert(
            "marts.fct_removal_effects",
            [{"conversion_type": "opportunity_won", "channel": c, "removal_effect": e} for c, e in effects],
        )
        warehouse.build(
            "fct_conversion_paths", "fct_channel_transitions", "fct_attribution_credits", "attribution_monthly",
            "marketing_return_monthly",
        )  # fmt: skip
        assert not warehouse.broken(
            "marts.fct_conversion_paths", "marts.fct_channel_transitions", "marts.fct_attribution_credits",
            "metrics.attribution_monthly", "metrics.marketing_return_monthly",
        )  # fmt: skip


changes = st.lists(
    st.tuples(
        st.integers(0, 200),
        st.sampled_from(["stage_code", "amount", "expected_close_date"]),
        st.sampled_from(["a", "b", "won", "lost"]),
        st.none() | st.decimals(0, 10**6, places=2),
        st.integers(-30, 200),
    ),
    max_size=12,
)  # fmt: skip


@FEW
@given(
    st.lists(
        st.tuples(st.integers(0, 150), changes, st.booleans(), st.sampled_from(["ann", "bo", "stranger", None])),
        min_size=1,
        max_size=4,
    )
)
def test_pipelines_walk_from_opening_to_closing(company: Start, deals: list[Any]) -> None:
    """Deals that slip, grow, shrink, lose their amount, come back, are won twice or deleted: everything adds up.

    So do the forecasts, bookings and coverage of whoever owns them, from people over teams to the company.
    """
    with company() as warehouse:
        _stages_and_months(warehouse)
        _sellers_and_quarters(warehouse)
        for number, (born, history, is_deleted, owner) in enumerate(deals):
            _deal(warehouse, f"d{number}", START + timedelta(days=born), history, is_deleted, owner)
        warehouse.build(
            "dim_pipeline_stages", "fct_opportunity_changes", "fct_opportunity_history", "fct_opportunity_transitions",
            "fct_opportunities", "fct_stage_visits", "bridge_opportunity_dimensions", "fct_open_opportunities_monthly",
            "pipeline_waterfall", "pipeline_waterfall_by_close_month", "pipeline_slippage_monthly",
            "pipeline_ageing_monthly", "pipeline_velocity_monthly", "stage_conversion_monthly", "stage_time_monthly",
            "win_rate_monthly", "win_rate_by_dimension_monthly", "fct_metric_contributions", "fct_quotas",
            "dim_forecast_snapshots", "fct_submitted_forecasts", "fct_forecast_deals", "fct_bookings",
            "fct_booked_periods", "fct_naive_forecasts", "fct_forecasts", "pipeline_coverage",
        )  # fmt: skip
        assert not warehouse.broken(
            "marts.fct_stage_visits", "marts.fct_open_opportunities_monthly",
            "metrics.pipeline_waterfall_by_close_month", "metrics.pipeline_slippage_monthly",
            "metrics.pipeline_ageing_monthly", "metrics.pipeline_velocity_monthly",
            "metrics.stage_conversion_monthly", "metrics.stage_time_monthly", "metrics.win_rate_monthly",
            "metrics.win_rate_by_dimension_monthly", "marts.fct_metric_contributions", "marts.fct_forecasts",
            "marts.fct_bookings", "metrics.pipeline_coverage",
        )  # fmt: skip
        laws = [law for law in SUITES["metrics.pipeline_waterfall"] if "daily" not in law.description]
        assert not any(
            warehouse.connection.execute(
                law.unexpected_rows_query.format(batch="metrics.pipeline_waterfall")
            ).fetchall()
            for law in laws
        )


def _stages_and_months(warehouse: Warehouse) -> None:
    """Two open stages, won and lost; seven months of 2024, the last one running."""
    for order, (code, is_closed, is_won) in enumerate(
        [("a", False, False), ("b", False, False), ("won", True, True), ("lost", True, False)]
    ):
        stage = {
            "pipeline_stage_id": code, "source_instance": "crm", "pipeline_name": "p", "stage_code": code,
            "stage_order": order, "win_probability": Decimal("0.5"), "is_closed": is_closed, "is_won": is_won,
        }  # fmt: skip
        warehouse.insert("canonical.pipeline_stages", [stage])
    warehouse.insert("marts.dim_exchange_rates", [{"currency_code": "USD", "rate_year": 2024, "rate": Decimal(1)}])
    warehouse.connection.execute(
        "insert into marts.dim_dates by name"
        " select cast(day as date) as date_day, day + interval 1 day as snapshot_end_at"
        " from range(timestamp '2023-12-01', timestamp '2024-08-01', interval 1 day) as t(day)"
    )
    for month in range(1, 8):
        begun, ended = datetime(2024, month, 1), datetime(2024, month + 1, 1)
        row = {
            "month_date": begun.date(), "next_month_date": ended.date(), "started_at": begun,
            "snapshot_end_at": min(ended, datetime(2024, 7, 20)), "is_complete": month < 7,
        }  # fmt: skip
        warehouse.insert("marts.dim_months", [row])


def _sellers_and_quarters(warehouse: Warehouse) -> None:
    """Two sellers with a team and a quota, another whom nobody lists; the fiscal quarters of 2024."""
    for owner, team, quota in (("ann", "Europe", 10**5), ("bo", "Asia", 0)):
        warehouse.insert("marts.dim_owners", [{"owner_id": owner, "team_name": team}])
        period = {"period_start_date": datetime(2024, 4, 1).date(), "period_end_date": datetime(2024, 6, 30).date()}
        row = {"quota_id": owner, "owner_id": owner, "amount": quota, "currency_code": "USD"}
        warehouse.insert("canonical.quotas", [row | period])
    for number in range(4):
        begun = datetime(2024, 3 * number + 1, 1)
        ended = datetime(2024 + (number == 3), (3 * number + 3) % 12 + 1, 1)
        quarter = {
            "period_type": "quarter", "fiscal_year": 2024, "period_number": number + 1, "period_name": f"Q{number + 1}",
            "start_date": begun.date(), "end_date": (ended - timedelta(days=1)).date(), "started_at": begun,
            "snapshot_end_at": ended, "has_begun": True, "is_complete": True,
        }  # fmt: skip
        warehouse.insert("marts.dim_fiscal_periods", [quarter])


def _deal(
    warehouse: Warehouse, name: str, born: datetime, history: list[Any], is_deleted: bool, owner: str | None
) -> None:
    """A deal as a CRM would leave it: its fields as they are last, and a record of each of their values."""
    values: dict[str, Any] = {"stage_code": "a", "amount": "100.00", "expected_close_date": born.date().isoformat()}
    records = [(born, field, value) for field, value in values.items()]
    for day, field, stage, amount, due in sorted(history, key=lambda change: change[0]):
        at = min(born + timedelta(days=day), datetime(2024, 7, 19, 23))
        new = {
            "stage_code": stage, "amount": None if amount is None else str(amount),
            "expected_close_date": (born + timedelta(days=due)).date().isoformat(),
        }[field]  # fmt: skip
        values[field] = new
        records = [record for record in records if (record[0], record[1]) != (at, field)] + [(at, field, new)]
    closed_at = max(at for at, field, _ in records if field == "stage_code")
    is_closed = values["stage_code"] in ("won", "lost")
    deal = {
        "opportunity_id": name, "source_instance": "crm", "source_record_id": name, "pipeline_name": "p",
        "currency_code": "USD", "owner_id": owner, "created_at": born, "is_closed": is_closed,
        "is_won": values["stage_code"] == "won",
        "closed_at": closed_at if is_closed else None, "updated_at": datetime(2024, 7, 19, 23, 30),
        "is_deleted": is_deleted, **values,
    }  # fmt: skip
    warehouse.insert("canonical.opportunities", [deal])
    for number, (at, field, value) in enumerate(records):
        change = {
            "opportunity_change_id": f"{name}-{number}", "opportunity_id": name, "field_name": field,
            "changed_at": at, "new_value": value,
        }  # fmt: skip
        warehouse.insert("canonical.opportunity_changes", [change])
