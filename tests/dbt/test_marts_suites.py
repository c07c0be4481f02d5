"""Each conservation law holds on empty tables and catches the row that breaks it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from expectations.suites import mart_suites
from expectations.suites.marts import revenue

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"
SCHEMAS = {"intermediate": "canonical", "marts": "marts", "metrics": "metrics"}
SUITES: Mapping[str, Sequence[Any]] = mart_suites()


@pytest.fixture(scope="module")
def empty() -> duckdb.DuckDBPyConnection:
    """Every table above staging, empty, with the columns of its contract."""
    connection = duckdb.connect()
    for layer, schema in SCHEMAS.items():
        connection.execute(f"create schema {schema}")
        for path in (MODELS / layer).rglob("*.yml"):
            for model in yaml.safe_load(path.read_text()).get("models", []):
                columns = ", ".join(f'"{column["name"]}" {column["data_type"]}' for column in model["columns"])
                connection.execute(f"create table {schema}.{model['name']} ({columns})")
    return connection


@pytest.fixture
def warehouse(empty: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The empty tables, to which nothing a test inserts stays added."""
    empty.begin()
    yield empty
    empty.rollback()


def broken(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Descriptions of the expectations that find rows."""
    found = set()
    for table, expectations in SUITES.items():
        for expectation in expectations:
            query = expectation.unexpected_rows_query.replace("{batch}", table)
            if connection.execute(query).fetchall():
                found.add(expectation.description)
    return found


def test_everything_holds_on_empty_tables(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert broken(warehouse) == set()


MOVEMENT = "insert into marts.fct_mrr_movements by name select 'c' as customer_id, 0 as fx, 0 as reactivation, "
RETAINED = "0 as reactivated_mrr, 0 as trailing_year_reactivated_mrr, "
CAUSES = "".join(f"0 as {policy}_difference, " for policy in revenue.MRR_POLICIES)
STAY = "insert into marts.fct_journey_stages by name select 'account' as subject_type, 'a' as subject_id, "
ROLE = "insert into marts.fct_partner_roles by name select 'o' as opportunity_id, 'p' as partner_id, "
INFLUENCE = (
    "insert into metrics.partner_influence_monthly by name"
    " select 1 as sourced_count, 0 as influenced_count, 1 as co_sold_count, "
)
WALK = "0 as created, 0 as reopened, 0 as increased, 0 as decreased, 0 as won, 0 as lost, 0 as removed, "


@pytest.mark.parametrize(
    ("statement", "description"),
    [
        (
            ROLE + "'sourced' as role, 'registered_first' as reason union all select 'o', 'q', 'sourced',"
            " 'registered_first'",
            "At most one partner sourced a deal",
        ),
        (
            ROLE + "'co_sold' as role, 'registered_first' as reason",
            "A partner sourced a deal, influenced it or was refused, and co-sold only what it was not refused",
        ),
        (
            ROLE + "'influenced' as role, 'registered_first' as reason",
            "Who sourced a deal registered it first, and nobody else did",
        ),
        (
            "insert into canonical.opportunities by name select 'o' as opportunity_id, 'x' as partner_reference",
            "Every claim and every partner that a deal names has a role",
        ),
        (
            "insert into marts.fct_partner_claims by name select 'o' as opportunity_id, null as conflict,"
            " false as is_not_approved, true as is_after_first_contact, false as is_expired",
            "A registration without conflict was approved, came before the first contact and had not expired",
        ),
        (
            "insert into canonical.opportunities by name select 'o' as opportunity_id, 'o' as source_record_id;"
            " insert into canonical.referrals by name"
            " select 'r' as referral_id, 'o' as opportunity_reference, false as is_deleted",
            "Every registration that names a deal on record claims it",
        ),
        (
            "insert into marts.fct_opportunities by name select 'o' as opportunity_id, now() as created_at",
            "Every deal that was opened or won is counted once for each, with partners or without",
        ),
        (
            INFLUENCE + "2 as partnered_count, 1 as overlap_count, 3 as deal_count",
            "Deals with partners are no fewer than those sourced, or influenced, and no more than both together",
        ),
        (
            INFLUENCE + "1 as partnered_count, 0 as overlap_count, 3 as deal_count",
            "The overlap has every deal co-sold and every one both sourced and influenced, and no other",
        ),
        (
            MOVEMENT + "date '2024-01-01' as month_date, 0 as opening, 10 as new, 0 as expansion, 0 as contraction,"
            " 0 as churn, 10.01 as closing",
            "Opening plus movements and exchange effect equals closing",
        ),
        (
            MOVEMENT + "date '2024-01-01' as month_date, 5 as opening, 0 as new, 0 as expansion, 0 as contraction,"
            " 0 as churn, 5 as closing",
            "A month opens with what the month before closed with, and no month is missing",
        ),
        (
            MOVEMENT + "date '2024-01-01' as month_date, 0 as opening, 5 as new, 0 as expansion, 0 as contraction,"
            " 0 as churn, 5 as closing",
            "Each customer's closing equals the sum of the items in force",
        ),
        (
            "insert into marts.fct_mrr_monthly by name select 'c' as customer_id, 'JPY' as currency_code, 5 as mrr",
            "Every currency with recurring revenue has an exchange rate",
        ),
        (
            "insert into metrics.arr_monthly by name select date '2024-01-01' as month_date, 10 as mrr, 100 as arr",
            "ARR is twelve times MRR",
        ),
        (
            "insert into metrics.arr_monthly by name select date '2024-01-01' as month_date, 10 as mrr, 120 as arr",
            "Every month of the company's MRR is split by all seven dimensions",
        ),
        (
            f"insert into metrics.retention_monthly by name select {RETAINED} date '2024-01-01' as month_date,"
            " 10 as opening_mrr, 11 as retained_mrr, 0 as closing_mrr",
            "Gross retention never exceeds one",
        ),
        (
            "insert into metrics.arr_monthly by name select date '2024-01-01' as month_date, 9 as opening_mrr,"
            " 0 as fx_mrr, 1 as opening_customer_count;"
            f" insert into metrics.retention_monthly by name select {RETAINED}"
            " date '2024-01-01' as month_date, 1 as opening_customer_count, 1 as retained_customer_count,"
            " 10 as opening_mrr, 0 as retained_mrr, 0 as closing_mrr",
            "What opens a month of retention is the opening MRR",
        ),
        (
            "insert into metrics.arr_monthly by name select date '2024-01-01' as month_date, 9 as mrr,"
            " 1 as customer_count; insert into metrics.retention_cohorts_monthly by name select"
            " date '2024-01-01' as month_date, 'total' as dimension, 8 as mrr, 1 as customer_count,"
            " 1 as cohort_customer_count",
            "The cohorts of a month add up to the company's MRR",
        ),
        (
            "insert into marts.fct_revenue_items by name select 'order' as item_type, 'o' as record_id,"
            " 3 as service_days, 10 as net_amount, 10 as net_amount_reporting;"
            " insert into marts.fct_recognised_revenue by name select 'order' as item_type, 'o' as record_id,"
            " 3 as days_earned, 9.99 as recognised_amount, 10 as recognised_amount_reporting",
            "The days of an item that is served to its end add up to it",
        ),
        (
            "insert into marts.fct_revenue_items by name select 'order' as item_type, 'o' as record_id,"
            " 10 as net_amount",
            "The items of each event add up to it",
        ),
        (
            "insert into metrics.recognised_revenue_monthly by name select 0 as opening_deferred, 10 as booked_revenue,"
            " 4 as recognised_revenue, 5 as closing_deferred",
            "Opening deferred plus booked less recognised is closing deferred",
        ),
        (
            "insert into marts.fct_customer_lifetime_revenue by name select 'c' as customer_id, 'to_date' as horizon,"
            " 5 as revenue",
            "What a customer has brought to date is all that was earned from it",
        ),
        (
            "insert into metrics.clv_realised_by_cohort by name select date '2024-01-01' as cohort_month_date,"
            " 'to_date' as horizon, unnest(['total', 'segment']) as dimension, unnest([2, 1]) as customer_count,"
            " 5 as revenue",
            "Segments and channels of a cohort add up to it",
        ),
        (
            "insert into metrics.cac_monthly by name select date '2024-01-01' as month_date, 1 as new_customer_count",
            "Every customer is new in one month",
        ),
        (
            "insert into metrics.cac_monthly by name select date '2024-01-01' as month_date, 0 as new_customer_count,"
            " 10 as acquisition_cost; insert into metrics.cac_by_dimension_monthly by name select"
            " date '2024-01-01' as month_date, 'segment' as dimension, 9 as acquisition_cost, 0 as new_customer_count",
            "Every dimension of acquisition cost adds up to the company's",
        ),
        (
            f"insert into metrics.mrr_policy_comparison by name select {CAUSES} 10 as our_mrr, 11 as mrr",
            "Our MRR plus the effect of each policy is the MRR under the rules of others",
        ),
        (
            "insert into metrics.arr_monthly by name select date '2024-01-01' as month_date, 9 as mrr, 108 as arr;"
            f" insert into metrics.mrr_policy_comparison by name select {CAUSES} date '2024-01-01' as month_date,"
            " 10 as our_mrr, 10 as mrr",
            "Comparisons of rules start from the MRR we publish",
        ),
        (
            f"insert into metrics.pipeline_waterfall by name select {WALK} 0 as opening, 1 as closing",
            "Opening plus what came less what went equals closing, every month",
        ),
        (
            f"insert into metrics.pipeline_waterfall by name select {WALK} 1 as opening, 1 as closing",
            "A month opens with what the month before closed with",
        ),
        (
            "insert into metrics.pipeline_waterfall_by_close_month by name select "
            f"{WALK} 1 as opening, 0 as moved_in, 2 as moved_out, 0 as closing",
            "Opening plus what came less what went equals closing, for the deals due",
        ),
        (
            "insert into marts.fct_pipeline_daily by name select 'd' as opportunity_id, unnest([date '2024-01-01',"
            " date '2024-01-03']) as date_day",
            "An open deal has a row every day",
        ),
        (
            "insert into marts.fct_opportunity_history by name select 'd' as opportunity_id, 5 as amount,"
            " timestamp '2024-01-01' as valid_from",
            "Every currency deals are made in has an exchange rate",
        ),
        (
            "insert into marts.fct_opportunity_history by name select 'd' as opportunity_id,"
            " unnest([timestamp '2024-01-01', timestamp '2024-01-05']) as valid_from,"
            " timestamp '2024-01-04' as valid_to",
            "A deal's stretches follow each other without gap or overlap",
        ),
        (
            "insert into marts.fct_stage_visits by name select 'd' as opportunity_id, unnest([1, 2]) as visit_number,"
            " unnest([timestamp '2024-01-01', timestamp '2024-01-05']) as entered_at,"
            " unnest([timestamp '2024-01-04', null]) as left_at, unnest(['advanced', 'stays']) as outcome",
            "A visit to a stage begins when the one before ended",
        ),
        (
            "insert into marts.fct_stage_visits by name select 'd' as opportunity_id, unnest([1, 2]) as visit_number,"
            " unnest([timestamp '2024-01-01', timestamp '2024-01-05']) as entered_at,"
            " unnest([timestamp '2024-01-05', null]) as left_at, unnest(['advanced', 'stays']) as outcome, 3 as days",
            "The days of a deal's visits add up",
        ),
        (
            f"insert into metrics.pipeline_waterfall by name select {WALK} date '2024-01-01' as month_date,"
            " 0 as opening, 0 as closing, 1 as closing_count",
            "The deals open at each month's end are the open pipeline of the waterfall",
        ),
        (
            f"insert into metrics.pipeline_waterfall by name select {WALK} date '2024-01-01' as month_date,"
            " 0 as opening, 1 as closing, 0 as closing_count",
            "The age groups of a month add up to its open pipeline",
        ),
        (
            "insert into metrics.pipeline_velocity_monthly by name select date '2024-01-01' as month_date,"
            " unnest(['total', 'team', 'team']) as dimension, unnest(['all', 'a', 'b']) as dimension_value,"
            " unnest([3, 1, 1]) as open_count, 0 as won_count, 0 as closed_count, 0 as won_amount",
            "Every dimension adds up to the total: open count",
        ),
        (
            "insert into metrics.pipeline_slippage_monthly by name select 2 as due_count, 1 as won_count,"
            " 0 as lost_count, 0 as removed_count, 0 as slipped_count, 0 as pending_count",
            "Every deal that was due was won, lost, removed, slipped or is pending",
        ),
        (
            "insert into metrics.stage_conversion_monthly by name select 'a' as stage_code, 1 as move_count,"
            " 2 as exit_count",
            "Where the deals that left a stage went adds up",
        ),
        (
            "insert into metrics.stage_time_monthly by name select date '2024-01-01' as month_date,"
            " 'c' as source_instance, 'p' as pipeline_name, 's' as stage_code, 2 as visit_count, 1 as converted_count,"
            " 1 as returned_count, 0 as lost_count, 0 as removed_count;"
            " insert into metrics.stage_conversion_monthly by name select date '2024-01-01' as month_date,"
            " 'c' as source_instance, 'p' as pipeline_name, 's' as stage_code, 1 as move_count, 1 as exit_count",
            "Every visit that ended advanced, returned, was won or lost",
        ),
        (
            "insert into marts.fct_forecasts by name select date '2024-01-01' as period_start_date,"
            " date '2024-03-31' as period_end_date, date '2024-03-01' as as_of_date, 'weighted' as method,"
            " unnest(['total', 'team']) as dimension, unnest([5, 4]) as forecast_amount, 3 as booked_amount",
            "Weighted and naive forecasts of owners, and of teams, add up",
        ),
        (
            "insert into marts.dim_forecast_snapshots by name select true as is_fiscal,"
            " timestamp '2024-01-01' as period_started_at, timestamp '2024-04-01' as period_ended_at;"
            " insert into marts.fct_opportunities by name select 'd' as opportunity_id, true as is_won,"
            " timestamp '2024-03-31 12:00:00' as closed_at",
            "A deal won within the fiscal periods is booked in exactly one of them",
        ),
        (
            "insert into metrics.pipeline_coverage by name select date '2024-01-01' as period_start_date,"
            " date '2024-03-31' as period_end_date, date '2024-03-01' as as_of_date, unnest([2, 1]) as open_count,"
            " unnest(['total', 'team']) as dimension, 5 as open_amount, 3 as booked_amount",
            "What owners, and teams, have open and booked adds up",
        ),
        (
            "insert into marts.fct_conversions by name select 'won' as conversion_type, 'd' as conversion_id",
            "Every conversion has a value in reporting currency",
        ),
        (
            "insert into marts.fct_conversions by name select 'won' as conversion_type, 'd' as conversion_id;"
            " insert into marts.fct_conversion_paths by name select 'won' as conversion_type, 'd' as conversion_id,"
            " unnest([1, 3]) as position, 2 as touch_count",
            "Every conversion has a path, numbered from 1 without a gap",
        ),
        (
            "insert into marts.fct_conversions by name select 'won' as conversion_type, 'd' as conversion_id;"
            " insert into marts.fct_attribution_credits by name select 'won' as conversion_type,"
            " 'd' as conversion_id, unnest(range(8)) as attribution_model, 0.999999999 as credit",
            "The credits of a conversion add up to exactly 1",
        ),
        (
            "insert into marts.fct_attribution_credits by name select -0.1 as credit",
            "No touch earns less than nothing",
        ),
        (
            "insert into marts.fct_conversions by name select 'won' as conversion_type, 5 as value_reporting;"
            " insert into marts.fct_attribution_credits by name select 'won' as conversion_type,"
            " 'm' as attribution_model, 4.99 as credited_amount",
            "Under each model the amounts credited add up to the value",
        ),
        (
            "insert into marts.fct_channel_transitions by name select 'won' as conversion_type,"
            " '(start)' as from_state, 'email' as to_state, 2 as transition_count",
            "Whoever came to a channel left it",
        ),
        (
            "insert into marts.fct_removal_effects by name select 1.5 as removal_effect",
            "Without a channel at most all conversions are lost",
        ),
        (
            "insert into metrics.attribution_monthly by name select unnest(['total', 'channel']) as dimension,"
            " unnest([2, 1]) as credited_conversions",
            "Channels, and campaigns, add up to the total",
        ),
        (
            "insert into metrics.marketing_return_monthly by name select date '2024-01-01' as month_date,"
            " unnest(['total', 'channel']) as dimension, unnest([2, 1]) as lead_count, 0 as spend",
            "The spend of channels, and of campaigns, adds up",
        ),
        (
            "insert into metrics.marketing_return_monthly by name select date '2024-01-01' as month_date,"
            " 'total' as dimension, 5 as spend",
            "The spend of a month is what its days and campaigns add up to",
        ),
        (
            "insert into metrics.win_rate_by_dimension_monthly by name select date '2024-01-01' as month_date,"
            " 'team' as dimension, 1 as won_count, 1 as closed_count, 5 as won_amount",
            "Every dimension adds up to the month's win rate and bookings",
        ),
        (
            "insert into marts.fct_revenue_periods by name select date '2024-01-01' as period_start_date,"
            " date '2024-03-31' as period_end_date, 5 as revenue_amount",
            "A fiscal period's revenue is what was earned in the months that begin in it",
        ),
        (
            "insert into metrics.revenue_predictability by name select 1.1 as predictability_index",
            "The predictability index lies between 0 and 1",
        ),
        (
            "insert into metrics.revenue_monthly by name select 10 as invoiced_amount, 0 as ordered_amount,"
            " 1 as credit_note_amount, 1 as refund_amount, 10 as revenue",
            "Revenue is billed plus ordered less credit notes and refunds",
        ),
        (
            "insert into marts.fct_touchpoints by name select 't' as touchpoint_id, 'p' as person_id",
            "Every touchpoint belongs to a known person, or to an account where nobody is named",
        ),
        (
            "insert into marts.fct_touchpoints by name select 't' as touchpoint_id, 'a' as account_id,"
            " 2 as account_sequence_number",
            "The touchpoints of a person are numbered in order from 1 without a gap, and those of an account too",
        ),
        (
            "insert into marts.fct_touchpoints by name select 't' as touchpoint_id, 'ann@x.example' as person_id",
            "No identifier on the timeline is an e-mail address",
        ),
        (
            "insert into canonical.identity_records by name select 'contacts' as record_type, 'c' as record_id,"
            " 'ann@x.example' as address, false as is_test_record",
            "Every record with an address belongs to a person, unless it is a test",
        ),
        (
            "insert into canonical.bridge_identity_records by name select 'p' as person_id, 'same_email' as rule, s as"
            " is_shared_inbox, e as email from (values (true, 'info@x.example'), (false, 'ann@x.example'),"
            " (false, 'bob@x.example')) as t(s, e)",
            "No shared inbox glues two people together",
        ),
        (
            "insert into canonical.bridge_account_records by name select 'customers' as record_type, 'c' as record_id,"
            " 'a' as account_id",
            "An organisation is named after one of its own accounts",
        ),
        (
            STAY + "unnest([1, 2]) as stay_number, 'lead' as stage, true as is_current",
            "Nobody is in two stages now",
        ),
        (
            STAY + "timestamp '2024-01-02' as entered_at, timestamp '2024-01-01' as exited_at",
            "No stage is left before it is entered",
        ),
        (
            STAY + "unnest([1, 2]) as stay_number, unnest(['lead', 'customer']) as stage,"
            " unnest(['customer', null]) as next_stage, unnest([timestamp '2024-01-01', timestamp '2024-01-05'])"
            " as entered_at, unnest([timestamp '2024-01-04', null]) as exited_at",
            "Where one stage ends the next begins, unless the opportunity was deleted",
        ),
        (
            STAY + "1 as stay_number, 'lead' as stage, 'customer' as next_stage",
            "Where one stage ends the next begins, unless the opportunity was deleted",
        ),
        (
            STAY + "unnest([1, 2]) as stay_number, 'lead' as stage, false as is_return",
            "People and accounts return only to stages they were in before",
        ),
        (
            "insert into marts.dim_customers by name select 'c' as customer_id; insert into marts.fct_mrr_monthly"
            " by name select 'c' as customer_id, 5 as mrr",
            "Every customer with recurring revenue has been a customer on its account's way",
        ),
        (
            STAY + "1 as stay_number, 'churned' as stage, 10 as stage_order",
            "Nobody churns who was not a customer",
        ),
        (
            "insert into marts.fct_stage_visits by name select 'd' as opportunity_id",
            "Every stay in a stage of a pipeline is told once",
        ),
        (
            STAY + "1 as stay_number",
            "There are as many arrivals as stays",
        ),
    ],
)
def test_a_broken_law_is_named(warehouse: duckdb.DuckDBPyConnection, statement: str, description: str) -> None:
    warehouse.execute(statement)
    assert any(found.startswith(description) for found in broken(warehouse)), broken(warehouse)
