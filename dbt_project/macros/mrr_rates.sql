{#
  The day whose exchange rate applies to an amount in a month's snapshot: 1 January of the year, the first day of the
  service period that is running, or the snapshot's own last day.
#}
{% macro mrr_rate_date(policy, month_date, snapshot_end_at, service_start_at) -%}
    case {{ policy }}
            when 'spot' then {{ day_of(snapshot_end_at ~ " - interval '1' second") }}
            when 'service_period_start' then {{ day_of(service_start_at) }}
            else cast({{ dbt.date_trunc('year', month_date) }} as date)
        end
{%- endmacro %}

{# CTE `service_periods`: when each billing period of a subscription item began and ended, from its bills. #}
{% macro service_periods() -%}
service_periods as (
    select
        invoices.subscription_id,
        lines.subscription_item_id,
        lines.service_start_at,
        lines.service_end_at
    from {{ ref('invoice_lines') }} as lines
    inner join {{ ref('invoices') }} as invoices on lines.invoice_id = invoices.invoice_id
    where
        lines.subscription_item_id is not null
        and not coalesce(lines.is_proration, false)
        and lines.net_amount >= 0
        and lines.service_start_at < lines.service_end_at
)
{%- endmacro %}
