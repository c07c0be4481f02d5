-- Grain: one customer. Stripe forgets a deleted customer's particulars; its newest invoice still has them.
with customers as (

    select * from {{ raw('stripe', 'customers') }}

),

billed as (

    select
        source_instance,
        customer,
        arg_max(customer_name, created) as name,
        arg_max(customer_email, created) as email,
        arg_max(customer_country, created) as country,
        arg_max(currency, created) as currency
    from {{ raw('stripe', 'invoices') }}
    group by all

)

select
    customers.source_instance,
    customers.id as customer_id,
    coalesce(customers.name, billed.name) as name,
    lower(trim(coalesce(customers.email, billed.email))) as email,
    upper(coalesce(customers.country, billed.country)) as country_code,
    upper(coalesce(customers.currency, billed.currency)) as currency_code,
    nullif(trim(customers.metadata_account), '') as account_reference,
    customers.created as created_at,
    coalesce(customers.deleted, false) or customers._is_deleted as is_deleted
from customers
left join billed on customers.source_instance = billed.source_instance and customers.id = billed.customer
