-- Grain: one product. Nothing in Salesforce says how a product's revenue behaves but the org's own field; where that is
-- silent it is taken for a single sale, which inflates no recurring number. A price depends on the price book.
select
    source_instance,
    product_id as source_record_id,
    name,
    family,
    case
        when replace(lower(trim(revenue_type)), ' ', '_') in ('recurring', 'services', 'usage')
            then lower(trim(revenue_type))
        else 'one_off'
    end as revenue_type,
    null as list_price,
    null as currency_code,
    is_deleted or not is_active as is_deleted
from {{ ref('stg_salesforce__products') }}
