-- Grain: customer_id × spell_number: a stretch in which the customer had billed recurring revenue without a break.
-- Two subscriptions that overlap or touch are one spell; a fully discounted item is no revenue. Both windows order
-- by the key as well: items that begin together would otherwise be counted in one order and numbered in another.
with stretches as (
    select
        customer_id,
        subscription_item_term_id,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as timestamp)) as valid_until
    from {{ ref('fct_mrr_item_terms') }}
    where mrr > 0
),

with_reach as (
    select
        *,
        max(valid_until) over (
            partition by customer_id
            order by valid_from, subscription_item_term_id
            rows between unbounded preceding and 1 preceding
        ) as reached_before
    from stretches
),

numbered as (
    select
        *,
        sum(case when reached_before is null or reached_before < valid_from then 1 else 0 end) over (
            partition by customer_id order by valid_from, subscription_item_term_id rows unbounded preceding
        ) as spell_number
    from with_reach
),

spells as (
    select
        customer_id,
        cast(spell_number as bigint) as spell_number,
        min(valid_from) as started_at,
        nullif(max(valid_until), cast('9999-12-31' as timestamp)) as ended_at
    from numbered
    group by 1, 2
)

select
    customer_id,
    spell_number,
    started_at,
    ended_at,
    lag(ended_at) over (partition by customer_id order by spell_number) as previous_ended_at,
    case
        when spell_number = 1 or '{{ var("mrr_reactivation") }}' = 'none' then false
        when '{{ var("mrr_reactivation") }}' = 'any_gap' then true
        else
            started_at <= lag(ended_at) over (partition by customer_id order by spell_number)
            + interval '{{ var("mrr_reactivation_window_days") }}' day
    end as is_reactivation
from spells
