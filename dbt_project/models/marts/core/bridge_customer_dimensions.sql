-- Grain: customer_id × dimension: what each number about customers is broken down by. Each customer has exactly one value
-- of a dimension, so every dimension adds up to the company. Values are those of today: the owner is the account's, the
-- team the owner's. The partner role is what a partner had become to the account by its first revenue.
with described as (
    select
        customers.customer_id,
        customers.segment,
        customers.region,
        customers.industry,
        customers.acquisition_channel,
        coalesce(acquisitions.partner_role, 'unknown') as partner_role,
        coalesce(accounts.owner_id, 'unknown') as owner,
        coalesce(owners.team_name, 'unknown') as team
    from {{ ref('dim_customers') }} as customers
    left join {{ ref('fct_customer_acquisitions') }} as acquisitions on customers.customer_id = acquisitions.customer_id
    left join {{ ref('dim_account_records') }} as accounts on customers.account_id = accounts.account_id
    left join {{ ref('dim_owners') }} as owners on accounts.owner_id = owners.owner_id
)

{% for dimension in customer_dimensions() -%}
select
    customer_id,
    '{{ dimension }}' as dimension,
    {{ dimension }} as dimension_value
from described
{{ 'union all' if not loop.last }}
{% endfor %}
