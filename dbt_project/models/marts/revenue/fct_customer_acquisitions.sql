-- Grain: customer_id, everyone who ever brought revenue, with the day that made them a customer: the first day served
-- of an item that was not given away. The partner role is `sourced` where by then a partner had sourced a deal of the
-- account, else `influenced` where one had taken part in a deal.
with first_days as (
    select customer_id, min(starts_on) as acquired_on
    from {{ ref('fct_revenue_items') }}
    where net_amount > 0 and customer_id is not null and item_type in ('invoice_line', 'invoice_rest', 'order')
    group by 1
),

partnered_accounts as (
    select
        roles.account_id,
        min(case when roles.role = 'sourced' then {{ day_of('roles.present_since') }} end) as sourced_on,
        min(case when roles.role = 'influenced' then {{ day_of('roles.present_since') }} end) as influenced_on
    from {{ ref('fct_partner_roles') }} as roles
    inner join {{ ref('fct_opportunities') }} as opportunities on roles.opportunity_id = opportunities.opportunity_id
    where roles.account_id is not null
    group by 1
)

select
    first_days.customer_id,
    first_days.acquired_on,
    {{ month_of('first_days.acquired_on') }} as month_date,
    coalesce(customers.segment, 'unknown') as segment,
    coalesce(customers.acquisition_channel, 'unknown') as acquisition_channel,
    case
        when customers.account_id is null then 'unknown'
        when partnered_accounts.sourced_on <= first_days.acquired_on then 'sourced'
        when partnered_accounts.influenced_on <= first_days.acquired_on then 'influenced'
        else 'none'
    end as partner_role
from first_days
left join {{ ref('dim_customers') }} as customers on first_days.customer_id = customers.customer_id
left join partnered_accounts on customers.account_id = partnered_accounts.account_id
