-- Grain: customer_id, everyone who ever brought revenue, with the day that made them a customer: the first day served
-- of an item that was not given away. The partner role is `referred` where a partner had registered an opportunity of
-- the account by then.
with first_days as (
    select customer_id, min(starts_on) as acquired_on
    from {{ ref('fct_revenue_items') }}
    where net_amount > 0 and customer_id is not null and item_type in ('invoice_line', 'invoice_rest', 'order')
    group by 1
),

referred_accounts as (
    select opportunities.account_id, min(cast(referrals.registered_at as date)) as registered_on
    from {{ ref('referrals') }} as referrals
    inner join {{ ref('opportunities') }} as records on referrals.opportunity_reference = records.source_record_id
    inner join {{ ref('fct_opportunities') }} as opportunities on records.opportunity_id = opportunities.opportunity_id
    where not referrals.is_deleted and opportunities.account_id is not null
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
        when referred_accounts.registered_on <= first_days.acquired_on then 'referred'
        else 'none'
    end as partner_role
from first_days
left join {{ ref('dim_customers') }} as customers on first_days.customer_id = customers.customer_id
left join referred_accounts on customers.account_id = referred_accounts.account_id
