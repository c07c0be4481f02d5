-- Grain: link × record_id × month_date: every record that another system should have a counterpart of, and whether
-- it has. One break each, the first that applies: missing, duplicate, fx (another currency), amount (beyond the
-- tolerance), timing (more days apart than the days of grace). What is not due yet, or on trial, is pending.
{% set grace = var('reconciliation_grace_days') %}
{% set tolerance = var('reconciliation_tolerance_percent') %}

with links as (
    select
        'booking_to_fulfilment' as link,
        'opportunities' as record_type,
        opportunity_id as record_id,
        {{ month_at('closed_at') }} as month_date,
        account_id,
        owner_id,
        closed_at as occurred_at,
        amount,
        currency_code,
        reporting_rate,
        amount_reporting,
        fulfilment_type as counterpart_type,
        fulfilment_id as counterpart_id,
        began_at as counterpart_at,
        fulfilment_count as counterpart_count,
        fulfilment_amount as counterpart_amount,
        fulfilment_currency_code as counterpart_currency_code
    from {{ ref('fct_booking_fulfilments') }}

    union all

    select
        'order_to_invoice',
        'orders',
        order_id,
        {{ month_at('ordered_at') }},
        account_id,
        cast(null as {{ dbt.type_string() }}),
        ordered_at,
        amount,
        currency_code,
        reporting_rate,
        amount_reporting,
        'invoices',
        invoice_id,
        issued_at,
        invoice_count,
        invoice_amount,
        invoice_currency_code
    from {{ ref('fct_order_billings') }}

    union all

    select
        'recurring_revenue_to_invoice',
        'subscription_items',
        subscription_item_id,
        month_date,
        account_id,
        cast(null as {{ dbt.type_string() }}),
        coalesce(service_start_at, snapshot_end_at),
        amount,
        currency_code,
        reporting_rate,
        amount_reporting,
        'invoices',
        invoice_id,
        issued_at,
        case when invoice_id is null then 0 when is_billed_in_pieces then 1 else invoice_count end,
        coalesce(invoice_amount, amount),
        coalesce(invoice_currency_code, currency_code)
    from {{ ref('fct_recurring_billings') }}
),

measured as (
    select
        *,
        {{ days_between(day_of('occurred_at'), day_of('counterpart_at')) }} as days_apart,
        {{ days_between(day_of('occurred_at'), today()) }} as age_days,
        abs(amount - counterpart_amount) as difference,
        greatest(abs(amount), abs(counterpart_amount)) * {{ tolerance }} / 100 as allowed_difference
    from links
),

judged as (
    select
        *,
        case
            when counterpart_count = 0 and age_days <= {{ grace }} then 'pending'
            when counterpart_count = 0 then 'missing'
            when counterpart_amount is null then 'pending'
            when counterpart_count > 1 then 'duplicate'
            when counterpart_currency_code is null or counterpart_currency_code <> currency_code then 'fx'
            when difference > allowed_difference then 'amount'
            when abs(days_apart) > {{ grace }} then 'timing'
            else 'matched'
        end as outcome
    from measured
)

select
    link,
    record_type,
    record_id,
    month_date,
    account_id,
    owner_id,
    occurred_at,
    amount,
    currency_code,
    reporting_rate,
    amount_reporting,
    case when counterpart_count > 0 then counterpart_type end as counterpart_type,
    counterpart_id,
    counterpart_at,
    cast(counterpart_count as bigint) as counterpart_count,
    counterpart_amount,
    counterpart_currency_code,
    cast(days_apart as bigint) as days_apart,
    cast(age_days as bigint) as age_days,
    case when outcome in ('matched', 'pending') then outcome else 'broken' end as status,
    case when outcome not in ('matched', 'pending') then outcome end as break_type,
    case
        when outcome in ('matched', 'pending') then cast(0 as decimal(18, 2))
        when outcome = 'amount' then {{ convert('difference', 'reporting_rate') }}
        when outcome = 'duplicate' then {{ convert('abs(counterpart_amount - amount)', 'reporting_rate') }}
        else cast(abs(amount_reporting) as decimal(18, 2))
    end as amount_at_stake
from judged
