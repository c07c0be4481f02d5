-- Grain: one product of an opportunity. Salesforce keeps the discount in percent of price times quantity.
select
    lines.source_instance,
    lines.opportunity_line_item_id as source_record_id,
    {{ record_id('lines.source_instance', 'lines.opportunity_id') }} as opportunity_id,
    {{ record_id('lines.source_instance', 'lines.product_id') }} as product_id,
    lines.quantity,
    lines.unit_price as unit_amount,
    cast(
        round(cast(lines.quantity * lines.unit_price as decimal(28, 6)) - lines.total_price, 2) as decimal(18, 2)
    ) as discount_amount,
    lines.total_price as total_amount,
    coalesce(lines.currency_code, organizations.currency_code) as currency_code
from {{ ref('stg_salesforce__opportunity_line_items') }} as lines
left join {{ ref('stg_salesforce__organizations') }} as organizations
    on lines.source_instance = organizations.source_instance
where not lines.is_deleted and lines.opportunity_id is not null
