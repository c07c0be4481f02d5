-- Grain: customer_id × date_day: a day on which a customer's recurring revenue changed in the reporting currency, by a
-- change of terms or of the rate that values it; `fx_change` is the part of the rate. Summed up to a month's last day it
-- is the month's MRR, since it is valued alike: what shares a rate is added up before it is converted.
{%- set policy = var('mrr_exchange_rate') %}
with terms as (
    select
        subscription_item_term_id,
        subscription_item_id,
        subscription_id,
        customer_id,
        currency_code,
        mrr,
        {{ day_of('valid_from') }} as first_day,
        {{ day_of('case when valid_to < ' ~ known_until() ~ ' then valid_to end') }} as end_day
    from {{ ref('fct_mrr_item_terms') }}
    where mrr <> 0 and valid_from < {{ known_until() }}
),

{{ service_periods() }},
{% if policy == 'service_period_start' %}
periods as (
    select
        terms.subscription_item_term_id,
        greatest({{ day_of('service_periods.service_start_at') }}, terms.first_day) as turn_day,
        {{ day_of('service_periods.service_start_at') }} as rate_date,
        case
            when service_periods.service_end_at < {{ known_until() }}
                then {{ day_of('service_periods.service_end_at') }}
        end as end_day
    from terms
    inner join service_periods
        on
            terms.subscription_id = service_periods.subscription_id
            and terms.subscription_item_id = service_periods.subscription_item_id
            and service_periods.service_start_at < {{ known_until() }}
            and (terms.end_day is null or {{ day_of('service_periods.service_start_at') }} < terms.end_day)
            and terms.first_day < {{ day_of('service_periods.service_end_at') }}
),

turns as (
    select subscription_item_term_id, first_day as turn_day from terms
    union distinct
    select subscription_item_term_id, turn_day from periods
    union distinct
    select subscription_item_term_id, end_day from periods where end_day is not null
),

turned as (
    select turns.subscription_item_term_id, turns.turn_day, max(periods.rate_date) as rate_date
    from turns
    left join periods
        on
            turns.subscription_item_term_id = periods.subscription_item_term_id
            and turns.turn_day >= periods.turn_day
            and (periods.end_day is null or turns.turn_day < periods.end_day)
    group by 1, 2
),

valued as (
    select
        terms.customer_id,
        terms.currency_code,
        terms.mrr,
        rates.rate,
        terms.first_day as begun_day,
        terms.end_day as ended_day,
        turned.turn_day as first_day,
        coalesce(
            lead(turned.turn_day) over (partition by turned.subscription_item_term_id order by turned.turn_day),
            terms.end_day
        ) as end_day
    from turned
    inner join terms
        on
            turned.subscription_item_term_id = terms.subscription_item_term_id
            and (terms.end_day is null or turned.turn_day < terms.end_day)
    left join {{ ref('dim_exchange_rates_daily') }} as rates
        on terms.currency_code = rates.currency_code and coalesce(turned.rate_date, terms.first_day) = rates.date_day
),
{% else %}
quotes as (
    select
        currencies.currency_code,
        days.date_day,
        rates.rate,
        lag(rates.rate) over (partition by currencies.currency_code order by days.date_day) as rate_before,
        row_number() over (partition by currencies.currency_code order by days.date_day) as position
    from (select distinct currency_code from terms) as currencies
    cross join {{ ref('dim_dates') }} as days
    left join {{ ref('dim_exchange_rates_daily') }} as rates
        on currencies.currency_code = rates.currency_code and days.date_day = rates.date_day
    where
        days.has_begun
        {%- if policy == 'constant' %}
        and days.date_day = cast({{ dbt.date_trunc('year', 'days.date_day') }} as date)
        {%- endif %}
),

rate_spells as (
    select
        currency_code,
        rate,
        date_day as first_day,
        lead(date_day) over (partition by currency_code order by date_day) as end_day
    from quotes
    where position = 1 or rate is distinct from rate_before
),

valued as (
    select
        terms.customer_id,
        terms.currency_code,
        terms.mrr,
        rate_spells.rate,
        terms.first_day as begun_day,
        terms.end_day as ended_day,
        greatest(terms.first_day, rate_spells.first_day) as first_day,
        case
            when terms.end_day is null or rate_spells.end_day < terms.end_day then rate_spells.end_day
            else terms.end_day
        end as end_day
    from terms
    inner join rate_spells
        on
            terms.currency_code = rate_spells.currency_code
            and (terms.end_day is null or rate_spells.first_day < terms.end_day)
            and (rate_spells.end_day is null or terms.first_day < rate_spells.end_day)
),
{% endif %}
steps as (
    select
        customer_id,
        currency_code,
        rate,
        first_day as date_day,
        mrr as step,
        case when first_day > begun_day then mrr else 0 end as fx_step
    from valued
    where end_day is null or first_day < end_day

    union all

    select
        customer_id,
        currency_code,
        rate,
        end_day,
        -mrr,
        case when ended_day is null or end_day < ended_day then -mrr else 0 end
    from valued
    where first_day < end_day
),

daily_steps as (
    select
        customer_id,
        currency_code,
        rate,
        date_day,
        sum(step) as step,
        sum(fx_step) as fx_step
    from steps
    group by 1, 2, 3, 4
),

levels as (
    select
        customer_id,
        currency_code,
        rate,
        date_day,
        sum(step) over (
            partition by customer_id, currency_code, rate order by date_day rows unbounded preceding
        ) as level,
        step - fx_step as step_of_terms
    from daily_steps
),

converted as (
    select
        customer_id,
        currency_code,
        rate,
        date_day,
        case when rate is null or level = 0 then 0 else {{ convert('level', 'rate') }} end as known_level,
        case when rate is null or level = step_of_terms then 0 else {{ convert('level - step_of_terms', 'rate') }} end
            as revalued_level,
        case when rate is null and level <> 0 then 1 else 0 end as unknown_level
    from levels
),

changes as (
    select
        customer_id,
        date_day,
        known_level - lag(known_level, 1, 0) over value as known_change,
        revalued_level - lag(known_level, 1, 0) over value as fx_change,
        unknown_level - lag(unknown_level, 1, 0) over value as unknown_change
    from converted
    window value as (partition by customer_id, currency_code, rate order by date_day)
)

select
    customer_id,
    date_day,
    cast(sum(known_change) as decimal(18, 2)) as mrr_change,
    cast(sum(fx_change) as decimal(18, 2)) as fx_change,
    cast(sum(unknown_change) as bigint) as unrated_change
from changes
group by 1, 2
having sum(known_change) <> 0 or sum(fx_change) <> 0 or sum(unknown_change) <> 0
