-- Grain: month_date × rule_set: the month's MRR under rules that others publish, ours beside it, and what each policy
-- on which they differ contributes. Policies are switched one after the other, in the order of the columns, so a cause
-- is what remains to be explained when those before it are theirs already: our_mrr + causes = mrr, to the cent.
{% set steps = mrr_rule_steps() -%}
with rule_sets as (
    {{ mrr_rule_set('ours') }}
    {%- for rule_set, policy, before, after, rules in steps if before != after %}
    union all
    {{ mrr_rule_set(after, rules) }}
    {%- endfor %}
),

{{ mrr_terms_of_rule_sets() }},

{{ service_periods() }},

items as (
    select mrr_terms.*, months.month_date, months.is_complete, months.snapshot_end_at
    from mrr_terms
    inner join {{ ref('dim_months') }} as months
        on
            mrr_terms.valid_from < months.snapshot_end_at
            and (mrr_terms.valid_to is null or mrr_terms.valid_to >= months.snapshot_end_at)
),

running_periods as (
    select
        items.rule_set,
        items.subscription_item_id,
        items.month_date,
        max(service_periods.service_start_at) as service_start_at
    from items
    inner join service_periods
        on
            items.subscription_id = service_periods.subscription_id
            and items.subscription_item_id = service_periods.subscription_item_id
            and service_periods.service_start_at < items.snapshot_end_at
            and service_periods.service_end_at >= items.snapshot_end_at
    group by 1, 2, 3
),

dated as (
    select
        items.rule_set,
        items.month_date,
        items.is_complete,
        items.customer_id,
        items.currency_code,
        items.mrr,
        {{ mrr_rate_date('rule_sets.exchange_rate', 'items.month_date', 'items.snapshot_end_at',
            'coalesce(running_periods.service_start_at, items.valid_from)') }} as rate_date
    from items
    inner join rule_sets on items.rule_set = rule_sets.rule_set
    left join running_periods
        on
            items.rule_set = running_periods.rule_set
            and items.subscription_item_id = running_periods.subscription_item_id
            and items.month_date = running_periods.month_date
),

at_rate as (
    select
        dated.rule_set,
        dated.month_date,
        dated.is_complete,
        dated.customer_id,
        dated.currency_code,
        rates.rate,
        cast(sum(dated.mrr) as decimal(18, 2)) as mrr
    from dated
    left join {{ ref('dim_exchange_rates_daily') }} as rates
        on dated.currency_code = rates.currency_code and dated.rate_date = rates.date_day
    group by 1, 2, 3, 4, 5, 6
),

by_rule_set as (
    select
        rule_set,
        month_date,
        is_complete,
        {{ sum_known('case when mrr = 0 then 0 else ' ~ convert('mrr', 'rate') ~ ' end') }} as mrr
    from at_rate
    group by 1, 2, 3
),

months as (
    select month_date, is_complete
    from by_rule_set
    group by 1, 2
),

steps as (
    {% for rule_set, policy, before, after, rules in steps -%}
    select
        '{{ rule_set }}' as rule_set,
        '{{ policy }}' as policy,
        '{{ before }}' as rules_before,
        '{{ after }}' as rules_after
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

causes as (
    select
        steps.rule_set,
        steps.policy,
        months.month_date,
        months.is_complete,
        case when mrr_after.rule_set is null then 0 else mrr_after.mrr end
        - case when mrr_before.rule_set is null then 0 else mrr_before.mrr end as difference
    from months
    cross join steps
    left join by_rule_set as mrr_before
        on months.month_date = mrr_before.month_date and steps.rules_before = mrr_before.rule_set
    left join by_rule_set as mrr_after
        on months.month_date = mrr_after.month_date and steps.rules_after = mrr_after.rule_set
),

explained as (
    select
        rule_set,
        month_date,
        is_complete,
        {%- for policy in mrr_policies() %}
        {{ sum_known("case when policy = '" ~ policy ~ "' then difference else 0 end") }} as {{ policy }}_difference,
        {%- endfor %}
        {{ sum_known('difference') }} as difference
    from causes
    group by 1, 2, 3
)

select
    explained.month_date,
    explained.is_complete,
    explained.rule_set,
    case when ours.rule_set is null then cast(0 as decimal(18, 2)) else ours.mrr end as our_mrr,
    {%- for policy in mrr_policies() %}
    explained.{{ policy }}_difference,
    {%- endfor %}
    cast(case when ours.rule_set is null then 0 else ours.mrr end + explained.difference as decimal(18, 2)) as mrr,
    '{{ var("reporting_currency") }}' as currency_code
from explained
left join by_rule_set as ours on explained.month_date = ours.month_date and ours.rule_set = 'ours'
