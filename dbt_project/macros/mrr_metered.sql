{#
  Metered items as terms of one month each. The price of a month is the average of what was used in the complete months
  before it, so that it is known when the month begins; an item younger than the window is averaged over its own months.
#}
{% macro mrr_metered_terms() -%}
usage_lines as (
    select
        invoices.subscription_id,
        invoices.customer_id,
        invoices.currency_code,
        lines.product_id,
        coalesce(lines.subscription_item_id, invoices.subscription_id || ':usage') as subscription_item_id,
        {{ month_at("coalesce(lines.service_end_at - interval '1' second, invoices.issued_at)") }} as month_date,
        lines.net_amount
    from {{ ref('invoice_lines') }} as lines
    inner join {{ ref('invoices') }} as invoices on lines.invoice_id = invoices.invoice_id
    where
        lines.revenue_type = 'usage'
        and invoices.subscription_id is not null
        and coalesce(invoices.status, 'open') in ('open', 'paid', 'uncollectible')
        and exists (select 1 from rule_sets where rule_sets.metered = 'trailing_average')
),

used_months as (
    select
        subscription_id,
        customer_id,
        currency_code,
        product_id,
        subscription_item_id,
        month_date,
        sum(net_amount) as net_amount,
        min(min(month_date)) over (partition by subscription_item_id) as first_month_date
    from usage_lines
    group by 1, 2, 3, 4, 5, 6
),

trailing_usage as (
    select
        rule_sets.rule_set,
        rule_sets.churn_date,
        rule_sets.metered_months,
        months.month_date,
        months.started_at,
        months.next_month_date,
        used_months.subscription_id,
        used_months.customer_id,
        used_months.currency_code,
        used_months.product_id,
        used_months.subscription_item_id,
        sum(used_months.net_amount) as net_amount,
        {{ months_between('min(used_months.first_month_date)', 'months.month_date') }} as months_of_use
    from used_months
    cross join rule_sets
    inner join {{ ref('dim_months') }} as months
        on
            used_months.month_date < months.month_date
            and months.month_date <= used_months.month_date + rule_sets.metered_months * interval '1' month
    where rule_sets.metered = 'trailing_average'
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
),

averaged_usage as (
    select *, least(months_of_use, metered_months) as averaged_months
    from trailing_usage
    where net_amount > 0
),

metered_terms as (
    select
        usage.rule_set,
        usage.subscription_item_id || '@' || cast(usage.month_date as {{ dbt.type_string() }})
            as subscription_item_term_id,
        usage.subscription_item_id,
        usage.subscription_id,
        usage.customer_id,
        usage.product_id,
        usage.started_at as valid_from,
        least(
            {{ starts_at('usage.next_month_date') }},
            coalesce(
                case usage.churn_date
                    when 'cancellation_request' then contracts.cancel_requested_at
                    when 'end_of_paid_period' then contracts.paid_until
                    else contracts.ended_at
                end,
                {{ end_of_time() }}
            )
        ) as valid_to,
        usage.currency_code,
        cast({{ divide('usage.net_amount', 'usage.averaged_months', 2, 'decimal(20,2)', 'decimal(19,0)') }} as decimal(18, 6))
            as unit_amount,
        cast(1 as decimal(18, 6)) as quantity,
        cast(0 as decimal(9, 6)) as discount_percent,
        'month' as billing_interval,
        cast(1 as bigint) as billing_interval_count
    from averaged_usage as usage
    left join contracts on usage.subscription_id = contracts.subscription_id
)
{%- endmacro %}
