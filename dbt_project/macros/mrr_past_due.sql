{#
  When a contract earns under `churned_after_days`: not from so many days after a bill was due until that bill is paid
  or voided. Contracts without such a time are not in `suspended` and have no window: they earn throughout.
#}
{% macro mrr_earning_windows() -%}
overdue as (
    select
        rule_sets.rule_set,
        invoices.subscription_id,
        {{ starts_at('coalesce(invoices.due_date, ' ~ day_of('invoices.issued_at')
            ~ ") + rule_sets.past_due_days * interval '1' day") }} as suspended_from,
        coalesce(invoices.paid_at, invoices.voided_at, {{ end_of_time() }}) as suspended_to
    from {{ ref('invoices') }} as invoices
    inner join rule_sets on rule_sets.past_due = 'churned_after_days'
    where
        invoices.subscription_id is not null
        and invoices.net_amount > 0
        and (coalesce(invoices.status, 'open') in ('open', 'paid', 'uncollectible') or invoices.voided_at is not null)
),

overdue_with_reach as (
    select
        *,
        max(suspended_to) over (
            partition by rule_set, subscription_id
            order by suspended_from, suspended_to
            rows between unbounded preceding and 1 preceding
        ) as reached_before
    from overdue
    where suspended_from < suspended_to and suspended_from < {{ known_until() }}
),

overdue_numbered as (
    select
        *,
        sum(case when reached_before is null or reached_before < suspended_from then 1 else 0 end) over (
            partition by rule_set, subscription_id order by suspended_from, suspended_to rows unbounded preceding
        ) as suspension_number
    from overdue_with_reach
),

suspensions as (
    select
        rule_set,
        subscription_id,
        suspension_number,
        min(suspended_from) as suspended_from,
        max(suspended_to) as suspended_to
    from overdue_numbered
    group by 1, 2, 3
),

suspended as (
    select distinct rule_set, subscription_id from suspensions
),

earning_windows as (
    select
        rule_set,
        subscription_id,
        suspension_number as window_number,
        coalesce(
            lag(suspended_to) over (partition by rule_set, subscription_id order by suspension_number),
            cast('0001-01-01' as timestamp)
        ) as earns_from,
        suspended_from as earns_to
    from suspensions

    union all

    select
        rule_set,
        subscription_id,
        max(suspension_number) + 1 as window_number,
        max(suspended_to) as earns_from,
        {{ end_of_time() }} as earns_to
    from suspensions
    group by 1, 2
)
{%- endmacro %}
