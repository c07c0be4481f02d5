-- Grain: period × horizon_days × dimension × dimension_value: how often the open deals due in a period cover what is
-- still missing to its quota, as it stood on each day the period is looked at. NULL once the quota is met, and where
-- there is none. An owner's deals are those they owned on that day.
with snapshots as (
    select * from {{ ref('dim_forecast_snapshots') }}
),

deals as (
    {{ summed_by_level(
        ref('fct_forecast_deals'),
        ['period_start_date', 'period_end_date', 'horizon_days'],
        sum_known("case when state = 'open' then amount_reporting else 0 end") ~ ' as open_amount, '
        ~ sum_known("case when state = 'won' then amount_reporting else 0 end") ~ ' as booked_amount, '
        ~ "cast(sum(case when state = 'open' then 1 else 0 end) as bigint) as open_count"
    ) }}
),

quotas as (
    select
        snapshots.period_start_date,
        snapshots.period_end_date,
        snapshots.horizon_days,
        quotas.dimension,
        quotas.dimension_value,
        quotas.quota_amount
    from snapshots
    inner join {{ ref('fct_quotas') }} as quotas
        on
            snapshots.period_start_date = quotas.period_start_date
            and snapshots.period_end_date = quotas.period_end_date
),

keys as (
    select period_start_date, period_end_date, horizon_days, dimension, dimension_value from deals
    union distinct
    select period_start_date, period_end_date, horizon_days, dimension, dimension_value from quotas
),

parts as (
    select
        keys.*,
        coalesce(deals.open_count, 0) as open_count,
        cast(case when deals.dimension is null then 0 else deals.open_amount end as decimal(18, 2)) as open_amount,
        cast(case when deals.dimension is null then 0 else deals.booked_amount end as decimal(18, 2)) as booked_amount,
        quotas.quota_amount,
        cast(
            quotas.quota_amount - case when deals.dimension is null then 0 else deals.booked_amount end
            as decimal(18, 2)
        ) as missing_amount
    from keys
    left join deals
        on
            keys.period_start_date = deals.period_start_date
            and keys.period_end_date = deals.period_end_date
            and keys.horizon_days = deals.horizon_days
            and keys.dimension = deals.dimension
            and keys.dimension_value = deals.dimension_value
    left join quotas
        on
            keys.period_start_date = quotas.period_start_date
            and keys.period_end_date = quotas.period_end_date
            and keys.horizon_days = quotas.horizon_days
            and keys.dimension = quotas.dimension
            and keys.dimension_value = quotas.dimension_value
)

select
    parts.period_start_date,
    parts.period_end_date,
    snapshots.period_name,
    snapshots.is_fiscal,
    snapshots.is_complete,
    parts.horizon_days,
    snapshots.as_of_date,
    snapshots.is_latest,
    parts.dimension,
    parts.dimension_value,
    parts.open_count,
    parts.open_amount,
    parts.booked_amount,
    parts.quota_amount,
    parts.missing_amount,
    parts.missing_amount <= 0 as is_quota_met,
    '{{ var("reporting_currency") }}' as currency_code,
    case when parts.missing_amount > 0 then {{ ratio('parts.open_amount', 'parts.missing_amount') }} end as coverage,
    {{ ratio('parts.booked_amount', 'parts.quota_amount') }} as quota_attainment
from parts
inner join snapshots
    on
        parts.period_start_date = snapshots.period_start_date
        and parts.period_end_date = snapshots.period_end_date
        and parts.horizon_days = snapshots.horizon_days
