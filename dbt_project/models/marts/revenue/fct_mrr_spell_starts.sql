-- Grain: customer_id × month_date: the first return to recurring revenue within a month, and what it was worth.
-- It decides new or reactivation, and is the only trace of customers who began and ended between two month ends.
with spells as (
    select
        *,
        row_number() over (partition by customer_id, {{ month_at('started_at') }} order by spell_number) as start_number
    from {{ ref('fct_paid_spells') }}
),

terms as (
    select * from {{ ref('fct_mrr_item_terms') }}
),

starts as (
    select
        spells.*,
        months.month_date,
        {{ mrr_rate_date("'" ~ var('mrr_exchange_rate') ~ "'", 'months.month_date', 'months.snapshot_end_at',
            'spells.started_at') }} as rate_date
    from spells
    inner join {{ ref('dim_months') }} as months on {{ month_at('spells.started_at') }} = months.month_date
    where spells.start_number = 1
),

by_currency as (
    select
        starts.customer_id,
        starts.month_date,
        starts.started_at,
        starts.is_reactivation,
        starts.rate_date,
        terms.currency_code,
        cast(sum(terms.mrr) as decimal(18, 2)) as mrr
    from starts
    inner join terms
        on
            starts.customer_id = terms.customer_id
            and starts.started_at >= terms.valid_from
            and (terms.valid_to is null or starts.started_at < terms.valid_to)
    group by 1, 2, 3, 4, 5, 6
),

converted as (
    select by_currency.*, {{ convert('by_currency.mrr', 'rates.rate') }} as mrr_reporting
    from by_currency
    left join {{ ref('dim_exchange_rates_daily') }} as rates
        on by_currency.currency_code = rates.currency_code and by_currency.rate_date = rates.date_day
)

select
    customer_id,
    month_date,
    started_at,
    is_reactivation,
    {{ sum_known('mrr_reporting') }} as mrr_reporting
from converted
group by 1, 2, 3, 4
