-- Grain: one product line of a deal.
with

lines as (
    select * from {{ ref('stg_dynamics__opportunity_lines') }}
),

currencies as (
    select * from {{ ref('stg_dynamics__currencies') }}
)

select
    lines.source_instance,
    lines.opportunity_line_id as source_record_id,
    {{ record_id('lines.source_instance', 'lines.opportunity_id') }} as opportunity_id,
    {{ record_id('lines.source_instance', 'lines.product_id') }} as product_id,
    lines.quantity,
    lines.unit_amount,
    lines.discount_amount,
    lines.total_amount,
    currencies.currency_code
from lines
left join currencies
    on lines.source_instance = currencies.source_instance and lines.currency_id = currencies.currency_id
where lines.opportunity_id is not null
