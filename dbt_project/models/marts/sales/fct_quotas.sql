-- Grain: period_start_date × period_end_date × dimension × dimension_value: quotas of owners, teams and the company in
-- reporting currency, at the constant rate of the year the period begins in. A team without a quota of its own has
-- the sum of its owners', a company without one the sum of its teams'. Quotas for months also make those of fiscal quarters,
-- and quarters those of years, for whoever has none for the longer period: once each part of it has quotas, so that a
-- quarter whose last month is not planned yet does not pass for a small one. None is ever split into shorter periods.
with given as (
    select
        quotas.period_start_date,
        quotas.period_end_date,
        case
            when quotas.team_id is not null then 'team'
            when quotas.owner_id is not null then 'owner'
            else 'company'
        end as level,
        case when quotas.team_id is null then coalesce(quotas.owner_id, 'unknown') else 'unknown' end as owner_id,
        coalesce(teams.name, owners.team_name, 'unknown') as team_name,
        {{ convert('quotas.amount', 'rates.rate') }} as amount
    from {{ ref('quotas') }} as quotas
    left join {{ ref('teams') }} as teams on quotas.team_id = teams.team_id
    left join {{ ref('dim_owners') }} as owners on quotas.owner_id = owners.owner_id
    left join {{ ref('dim_exchange_rates') }} as rates
        on
            quotas.currency_code = rates.currency_code
            and cast(extract(year from quotas.period_start_date) as bigint) = rates.rate_year
),

fiscal as (
    select * from {{ ref('dim_fiscal_periods') }}
),

known_month as (
    select
        period_start_date,
        period_end_date,
        level,
        owner_id,
        team_name,
        {{ sum_known('amount') }} as amount
    from given
    group by 1, 2, 3, 4, 5
),

{% for shorter, longer, count in [('month', 'quarter', 3), ('quarter', 'year', 4)] -%}
parts_of_{{ longer }} as (
    select
        longer.start_date as period_start_date,
        longer.end_date as period_end_date,
        known.level,
        known.owner_id,
        known.team_name,
        known.amount,
        known.period_start_date as part_start_date
    from known_{{ shorter }} as known
    inner join fiscal as shorter
        on
            shorter.period_type = '{{ shorter }}'
            and known.period_start_date = shorter.start_date
            and known.period_end_date = shorter.end_date
    inner join fiscal as longer
        on
            longer.period_type = '{{ longer }}'
            and shorter.start_date >= longer.start_date
            and shorter.end_date <= longer.end_date
),

filled_{{ longer }} as (
    select period_start_date, level
    from parts_of_{{ longer }}
    group by 1, 2
    having count(distinct part_start_date) = {{ count }}
),

known_{{ longer }} as (
    select * from known_{{ shorter }}

    union all

    select
        parts.period_start_date,
        parts.period_end_date,
        parts.level,
        parts.owner_id,
        parts.team_name,
        {{ sum_known('parts.amount') }} as amount
    from parts_of_{{ longer }} as parts
    inner join filled_{{ longer }} as filled
        on parts.period_start_date = filled.period_start_date and parts.level = filled.level
    left join known_{{ shorter }} as known
        on
            parts.period_start_date = known.period_start_date
            and parts.period_end_date = known.period_end_date
            and parts.level = known.level
            and parts.owner_id = known.owner_id
            and parts.team_name = known.team_name
    where known.level is null
    group by 1, 2, 3, 4, 5
),

{% endfor -%}
{{ levels_of('known_year', ['period_start_date', 'period_end_date']) }}

select
    period_start_date,
    period_end_date,
    dimension,
    dimension_value,
    cast(amount as decimal(18, 2)) as quota_amount
from levels
