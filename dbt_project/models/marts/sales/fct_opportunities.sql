-- Grain: opportunity_id, deals not deleted or merged away. The amount is converted at the rate of the year the deal
-- was created; a push is a move of the expected close date to a later day while the deal was open.
with opportunities as (
    select * from {{ ref('opportunities') }} where not is_deleted
),

walks as (
    select
        opportunity_id,
        sum(
            case when from_state = 'open' and to_state = 'open' and to_close_date > from_close_date then 1 else 0 end
        ) as push_count,
        sum(
            case
                when from_state = 'open' and to_state = 'open' and to_close_date > from_close_date
                    then {{ days_between('from_close_date', 'to_close_date') }}
                else 0
            end
        ) as pushed_days,
        sum(case when movement = 'reopened' then 1 else 0 end) as reopen_count
    from {{ ref('fct_opportunity_transitions') }}
    group by 1
),

rates as (
    select * from {{ ref('dim_exchange_rates') }}
)

select
    opportunities.opportunity_id,
    opportunities.source_instance,
    opportunities.name,
    opportunities.account_id,
    opportunities.owner_id,
    opportunities.campaign_id,
    opportunities.partner_reference,
    opportunities.opportunity_type,
    opportunities.pipeline_name,
    opportunities.stage_code,
    opportunities.is_closed,
    opportunities.is_won,
    opportunities.loss_reason,
    opportunities.amount,
    opportunities.currency_code,
    rates.rate as reporting_rate,
    {{ convert('opportunities.amount', 'rates.rate') }} as amount_reporting,
    opportunities.created_at,
    opportunities.expected_close_date,
    opportunities.closed_at,
    {{ month_at('opportunities.closed_at') }} as closed_month_date,
    case
        when opportunities.is_closed
            then {{ days_between(day_of('opportunities.created_at'), day_of('opportunities.closed_at')) }}
    end as cycle_days,
    cast(coalesce(walks.push_count, 0) as bigint) as push_count,
    cast(coalesce(walks.pushed_days, 0) as bigint) as pushed_days,
    cast(coalesce(walks.reopen_count, 0) as bigint) as reopen_count,
    opportunities.custom_fields
from opportunities
left join walks on opportunities.opportunity_id = walks.opportunity_id
left join rates
    on
        opportunities.currency_code = rates.currency_code
        and cast(extract(year from {{ day_of('opportunities.created_at') }}) as bigint) = rates.rate_year
