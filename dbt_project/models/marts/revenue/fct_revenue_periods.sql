-- Grain: period_start_date, fiscal periods of `forecast_period` that are over: revenue as earned in the months that begin
-- in them, how much of it recurs, what was under contract for the period after, and what was planned for that.
-- Contracted is the part of the next period that bills issued before it cover, drafts and voided ones covering nothing; the
-- rest of the running contracts is due for renewal. A plan is the sum of those that fill the period without a gap; without
-- any, the company's quota.
{%- set months = 3 if var('forecast_period') == 'quarter' else 1 %}
with periods as (
    select
        *,
        lead(start_date) over (order by start_date) as next_start_date,
        lead(end_date) over (order by start_date) as next_end_date
    from {{ ref('dim_fiscal_periods') }}
    where period_type = '{{ var("forecast_period") }}'
),

complete as (
    select * from periods where is_complete
),

earned as (
    select
        complete.start_date,
        {{ sum_known('revenue.recognised_amount_reporting') }} as revenue_amount,
        {{ sum_known(
            "case when revenue.revenue_type = 'recurring' then revenue.recognised_amount_reporting else 0 end"
        ) }} as recurring_amount
    from complete
    inner join {{ ref('fct_recognised_revenue') }} as revenue
        on complete.start_date <= revenue.month_date and complete.end_date >= revenue.month_date
    group by 1
),

closing_months as (
    select
        complete.start_date,
        complete.next_start_date,
        complete.next_end_date,
        max(months.month_date) as month_date
    from complete
    inner join {{ ref('dim_months') }} as months
        on months.is_complete and cast(months.next_month_date - interval '1' day as date) <= complete.end_date
    group by 1, 2, 3
),

covered as (
    select
        closing_months.start_date,
        lines.subscription_item_id,
        max({{ day_of('lines.service_end_at') }}) as covered_until
    from closing_months
    inner join {{ ref('invoice_lines') }} as lines
        on
            lines.service_start_at < {{ starts_at('closing_months.next_start_date') }}
            and lines.service_end_at > {{ starts_at('closing_months.next_start_date') }}
    inner join {{ ref('fct_invoices') }} as invoices
        on
            lines.invoice_id = invoices.invoice_id
            and invoices.is_revenue
            and invoices.issued_at < {{ starts_at('closing_months.next_start_date') }}
    where lines.subscription_item_id is not null
    group by 1, 2
),

running as (
    select
        closing_months.start_date,
        items.mrr_reporting * {{ months }} as running_amount,
        {{ days_between('closing_months.next_start_date', 'closing_months.next_end_date') }} + 1 as period_days,
        case
            when covered.covered_until is null then 0
            when covered.covered_until > closing_months.next_end_date
                then {{ days_between('closing_months.next_start_date', 'closing_months.next_end_date') }} + 1
            else {{ days_between('closing_months.next_start_date', 'covered.covered_until') }}
        end as covered_days
    from closing_months
    inner join (
        select
            subscription_item_id,
            month_date,
            {{ convert('mrr', 'reporting_rate') }} as mrr_reporting
        from {{ ref('fct_mrr_items_monthly') }}
    ) as items on closing_months.month_date = items.month_date
    left join covered
        on
            closing_months.start_date = covered.start_date
            and items.subscription_item_id = covered.subscription_item_id
),

weighted as (
    select
        *,
        cast(running_amount as decimal(20, 2)) * covered_days as amount_days
    from running
),

contracts as (
    select
        start_date,
        {{ sum_known('running_amount') }} as running_amount,
        {{ sum_known(divide('amount_days', 'period_days', 2, 'decimal(24,2)')) }} as contracted_amount
    from weighted
    group by 1
),

planned as (
    select
        complete.start_date,
        complete.next_start_date,
        complete.next_end_date,
        {{ sum_known('cast(round(cast(plans.amount as decimal(19, 2)) * rates.rate, 2) as decimal(18, 2))') }} as amount
    from complete
    inner join {{ ref('plans') }} as plans
        on complete.next_start_date <= plans.period_start_date and complete.next_end_date >= plans.period_end_date
    left join {{ ref('dim_exchange_rates') }} as rates
        on
            plans.currency_code = rates.currency_code
            and cast(extract(year from plans.period_start_date) as bigint) = rates.rate_year
    group by 1, 2, 3
    having
        sum({{ days_between('plans.period_start_date', 'plans.period_end_date') }} + 1)
        = min({{ days_between('complete.next_start_date', 'complete.next_end_date') }} + 1)
)

select
    complete.start_date as period_start_date,
    complete.end_date as period_end_date,
    complete.period_name,
    complete.is_complete,
    closing_months.month_date as closing_month_date,
    earned.revenue_amount,
    earned.recurring_amount,
    contracts.contracted_amount,
    cast(contracts.running_amount - contracts.contracted_amount as decimal(18, 2)) as renewal_due_amount,
    coalesce(planned.amount, quotas.quota_amount) as next_plan_amount,
    case when planned.start_date is not null then 'plan' when quotas.quota_amount is not null then 'quota' end
        as plan_basis
from complete
inner join earned on complete.start_date = earned.start_date
left join closing_months on complete.start_date = closing_months.start_date
left join contracts on complete.start_date = contracts.start_date
left join planned on complete.start_date = planned.start_date
left join {{ ref('fct_quotas') }} as quotas
    on
        quotas.dimension = 'total'
        and complete.next_start_date = quotas.period_start_date
        and complete.next_end_date = quotas.period_end_date
