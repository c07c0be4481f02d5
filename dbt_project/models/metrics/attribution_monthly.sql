-- Grain: month_date of the conversion × attribution_model × conversion_type × dimension × dimension_value: conversions
-- and their value as each model credits them to channels and campaigns. Every model adds up to the same totals.
{%- set dimensions = [
    ('total', "'total'"), ('channel', 'channel'), ('campaign', "coalesce(campaign_id, 'unknown')"),
] %}
with credits as (
    select * from {{ ref('fct_attribution_credits') }}
),

sums as (
    {% for dimension, value in dimensions -%}
    select
        month_date,
        attribution_model,
        conversion_type,
        '{{ dimension }}' as dimension,
        {{ value }} as dimension_value,
        cast(sum(credit) as decimal(18, 9)) as credited_conversions,
        {{ sum_known('credited_amount') }} as credited_amount
    from credits
    group by 1, 2, 3, 5
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    sums.month_date,
    months.is_complete,
    sums.attribution_model,
    sums.conversion_type,
    sums.attribution_model = '{{ var("return_model") }}'
    and sums.conversion_type = '{{ var("return_conversion") }}' as is_headline,
    sums.dimension,
    sums.dimension_value,
    sums.credited_conversions,
    sums.credited_amount,
    '{{ var("reporting_currency") }}' as currency_code
from sums
inner join {{ ref('dim_months') }} as months on sums.month_date = months.month_date
