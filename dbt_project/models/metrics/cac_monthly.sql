-- Grain: month_date: what a new customer cost. Fully loaded is all cost of winning customers; paid is ad spend by those
-- whom a paid channel brought. Cost of selling more to existing customers stands apart. A month without operating costs
-- on record has no fully loaded cost: ad spend alone would pass for all of it. Which month's cost counts is a policy.
with {{ cost_months() }},

costs as (
    select
        month_date,
        max(case when cost_type in ('sales', 'marketing') and purpose = 'acquisition' then 1 else 0 end) as is_recorded,
        {%- for type in ['sales', 'marketing', 'ad_spend', 'partner_commission'] %}
        {{ sum_known("case when cost_type = '" ~ type ~ "' and purpose = 'acquisition' then cost else 0 end") }}
            as {{ type }},
        {%- endfor %}
        {{ sum_known("case when purpose = 'expansion' then cost else 0 end") }} as expansion
    from {{ ref('fct_acquisition_costs') }}
    group by 1
),

paid_channels as (
    select distinct channel from {{ ref('fct_marketing_spend_daily') }}
),

acquired as (
    select
        acquisitions.month_date,
        count(*) as new_customer_count,
        count(paid_channels.channel) as paid_customer_count
    from {{ ref('fct_customer_acquisitions') }} as acquisitions
    left join paid_channels on acquisitions.acquisition_channel = paid_channels.channel
    group by 1
),

joined as (
    select
        cost_months.month_date,
        cost_months.is_complete,
        cost_months.cost_month_date,
        case when costs.is_recorded = 1 then costs.sales end as sales_cost,
        case when costs.is_recorded = 1 then costs.marketing end as marketing_cost,
        costs.ad_spend,
        costs.partner_commission,
        case
            when costs.is_recorded = 1
                then costs.sales + costs.marketing + costs.ad_spend + costs.partner_commission
        end as acquisition_cost,
        costs.expansion as expansion_cost,
        coalesce(acquired.new_customer_count, 0) as new_customer_count,
        coalesce(acquired.paid_customer_count, 0) as paid_customer_count
    from cost_months
    left join costs on cost_months.cost_month_date = costs.month_date
    left join acquired on cost_months.month_date = acquired.month_date
    where costs.month_date is not null or acquired.month_date is not null
),

priced as (
    select
        joined.*,
        {{ ratio('joined.acquisition_cost', 'joined.new_customer_count') }} as fully_loaded_cac,
        {{ ratio('joined.ad_spend', 'joined.paid_customer_count') }} as paid_cac,
        {{ ratio('arr.new_mrr', 'arr.new_customer_count') }} as new_average_revenue_per_account,
        clv.gross_margin,
        clv.clv
    from joined
    left join {{ ref('arr_monthly') }} as arr on joined.month_date = arr.month_date
    left join {{ ref('clv_monthly') }} as clv on joined.month_date = clv.month_date
),

margined as (
    select
        *,
        cast(cast(new_average_revenue_per_account as decimal(19, 6)) * gross_margin as decimal(18, 6))
            as new_gross_margin_per_account
    from priced
)

select
    month_date,
    is_complete,
    cost_month_date,
    sales_cost,
    marketing_cost,
    ad_spend,
    partner_commission as partner_commissions,
    cast(acquisition_cost as decimal(18, 2)) as acquisition_cost,
    expansion_cost,
    new_customer_count,
    paid_customer_count,
    '{{ var("reporting_currency") }}' as currency_code,
    fully_loaded_cac,
    paid_cac,
    new_average_revenue_per_account,
    gross_margin,
    new_gross_margin_per_account,
    {{ divide('fully_loaded_cac', 'new_gross_margin_per_account', 6, 'decimal(20,6)', 'decimal(20,6)') }}
        as payback_months,
    clv,
    {{ divide('clv', 'fully_loaded_cac', 6, 'decimal(20,6)', 'decimal(20,6)') }} as clv_to_cac
from margined
