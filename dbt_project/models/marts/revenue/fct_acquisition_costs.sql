-- Grain: month_date × cost_type × purpose × channel × segment × partner_role: what selling and marketing cost, in
-- reporting currency: operating costs, the ad spend that platforms report, and partners' commissions. A part that is not
-- of one channel, segment or role alone is `unknown` there.
with costs as (
    select
        cost_date,
        cost_type,
        coalesce(purpose, 'acquisition') as purpose,
        coalesce(channel, 'unknown') as channel,
        coalesce(segment, 'unknown') as segment,
        'unknown' as partner_role,
        amount,
        currency_code
    from {{ ref('operating_costs') }}

    union all

    select
        cast(earned_at as date),
        'partner_commission',
        'acquisition',
        'partner',
        'unknown',
        'referred',
        amount,
        currency_code
    from {{ ref('commissions') }}
    where earned_at is not null and amount is not null and coalesce(status, 'approved') <> 'declined'
),

converted as (
    select
        {{ month_of('costs.cost_date') }} as month_date,
        costs.cost_type,
        costs.purpose,
        costs.channel,
        costs.segment,
        costs.partner_role,
        {{ convert('costs.amount', 'rates.rate') }} as cost_reporting
    from costs
    left join {{ ref('dim_exchange_rates') }} as rates
        on
            costs.currency_code = rates.currency_code
            and cast(extract(year from costs.cost_date) as bigint) = rates.rate_year

    union all

    select month_date, 'ad_spend', 'acquisition', channel, 'unknown', 'unknown', cost_reporting
    from {{ ref('fct_marketing_spend_daily') }}
)

select
    month_date,
    cost_type,
    purpose,
    channel,
    segment,
    partner_role,
    {{ sum_known('cost_reporting') }} as cost
from converted
group by 1, 2, 3, 4, 5, 6
