-- Grain: period_start_date × period_end_date × dimension × dimension_value: quotas of owners, teams and the company in
-- reporting currency, at the constant rate of the year the period begins in. A team without a quota of its own has
-- the sum of its owners', a company without one the sum of its teams'.
with given as (
    select
        quotas.period_start_date,
        quotas.period_end_date,
        case
            when quotas.team_id is not null then 'team'
            when quotas.owner_id is not null then 'owner'
            else 'company'
        end as level,
        coalesce(quotas.owner_id, 'unknown') as owner_id,
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

{{ levels_of('given', ['period_start_date', 'period_end_date']) }}

select
    period_start_date,
    period_end_date,
    dimension,
    dimension_value,
    cast(amount as decimal(18, 2)) as quota_amount
from levels
