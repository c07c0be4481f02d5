-- Grain: month_date: growth of revenue over the month and year before, and compound monthly over 3, 6 and 12 months, as
-- reported and at constant currency: what was earned then, at the rates of now. None into the running month, none from
-- months before the first, none without a base.
{% set spans = [1, 3, 6, 12] -%}
with months as (
    select * from {{ ref('revenue_monthly') }}
),

by_currency as (
    select month_date, currency_code, cast(sum(net_amount) as decimal(18, 2)) as net_amount
    from {{ ref('fct_revenue_events') }}
    group by 1, 2
),

spans as (
    {% for span in spans -%}
    select {{ span }} as months_back
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

bases as (
    select
        months.month_date,
        spans.months_back,
        earlier.revenue as reported_base
    from months
    cross join spans
    inner join months as earlier
        on months.month_date = cast(earlier.month_date + spans.months_back * interval '1' month as date)
    where months.is_complete
),

revalued as (
    select
        bases.month_date,
        bases.months_back,
        {{ sum_known('case when by_currency.net_amount is null then 0 else '
            ~ convert('by_currency.net_amount', 'rates.rate') ~ ' end') }} as constant_base
    from bases
    left join by_currency
        on bases.month_date = cast(by_currency.month_date + bases.months_back * interval '1' month as date)
    left join {{ ref('dim_exchange_rates') }} as rates
        on
            by_currency.currency_code = rates.currency_code
            and cast(extract(year from bases.month_date) as bigint) = rates.rate_year
    group by 1, 2
),

wide as (
    select
        bases.month_date,
        {%- for span in spans %}
        max(case when bases.months_back = {{ span }} then bases.reported_base end) as base_{{ span }},
        max(case when bases.months_back = {{ span }} then revalued.constant_base end) as constant_base_{{ span }},
        {%- endfor %}
        count(*) as base_count
    from bases
    inner join revalued on bases.month_date = revalued.month_date and bases.months_back = revalued.months_back
    group by 1
)

select
    months.month_date,
    months.is_complete,
    months.revenue,
    {%- for span in spans %}
    wide.base_{{ span }} as revenue_{{ span }}_months_before,
    wide.constant_base_{{ span }} as revenue_{{ span }}_months_before_constant_currency,
    {%- endfor %}
    {{ ratio('(months.revenue - wide.constant_base_1)', 'wide.constant_base_1') }}
        as month_over_month_growth_constant_currency,
    {{ ratio('(months.revenue - wide.constant_base_12)', 'wide.constant_base_12') }}
        as year_over_year_growth_constant_currency,
    {%- for span in spans[1:] %}
    {{ compound_growth('months.revenue', 'wide.base_' ~ span, span) }} as compound_monthly_growth_{{ span }},
    {{ compound_growth('months.revenue', 'wide.constant_base_' ~ span, span) }}
        as compound_monthly_growth_{{ span }}_constant_currency,
    {%- endfor %}
    months.currency_code
from months
left join wide on months.month_date = wide.month_date
