-- Grain: one rollup of one forecast as it stood from an instant on: as submitted or, in an org without submissions, as
-- runs met it. `forecast_id` binds the rollups that belong together.
with

submissions as (
    select * from {{ raw('salesforce', 'forecasting_submissions') }}
),

submitted as (
    select
        submissions.source_instance,
        submissions.id as forecast_id,
        submissions.forecast_owner_id as owner_id,
        submissions.period_id,
        submissions.forecasting_type_id,
        submissions.submission_date_time as stated_at,
        items.forecasting_item_category as rollup,
        items.amount,
        coalesce(items.currency_iso_code, submissions.currency_iso_code) as currency_code,
        false as covers_team
    from submissions
    inner join {{ raw('salesforce', 'forecasting_submission_items') }} as items
        on submissions.source_instance = items.source_instance and submissions.id = items.forecasting_submission_id
),

forecasts as (
    select * from {{ raw('salesforce', 'forecasting_items') }}
    where coalesce(is_amount, true) and coalesce(is_up_to_date, true)
),

parents as (
    select distinct
        source_instance,
        parent_forecasting_item_id
    from forecasts
),

met as (
    select
        forecasts.source_instance,
        concat_ws('-', forecasts.owner_id, forecasts.period_id, forecasts.product_family) as forecast_id,
        forecasts.owner_id,
        forecasts.period_id,
        forecasts.forecasting_type_id,
        forecasts.system_modstamp as stated_at,
        forecasts.forecasting_item_category as rollup,
        forecasts.forecast_amount as amount,
        forecasts.currency_iso_code as currency_code,
        parents.parent_forecasting_item_id is not null as covers_team
    from forecasts
    left join parents
        on
            forecasts.source_instance = parents.source_instance
            and forecasts.id = parents.parent_forecasting_item_id
    left join submissions on forecasts.source_instance = submissions.source_instance
    where submissions.source_instance is null
),

stated as (
    select * from submitted
    union all
    select * from met
)

select
    stated.source_instance,
    stated.forecast_id,
    stated.owner_id,
    stated.period_id,
    stated.stated_at,
    stated.rollup,
    cast(stated.amount as decimal(18, 2)) as amount,
    stated.currency_code,
    stated.covers_team
from stated
left join {{ ref('stg_salesforce__forecasting_types') }} as counted
    on stated.source_instance = counted.source_instance
where counted.forecasting_type_id is null or stated.forecasting_type_id = counted.forecasting_type_id
