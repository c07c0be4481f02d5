-- Grain: one stage of opportunities, those out of use included: deals may still be in them.
select
    source_instance,
    id as stage_id,
    coalesce(api_name, master_label) as stage_code,
    master_label as stage_name,
    sort_order,
    cast(default_probability / 100 as decimal(9, 6)) as win_probability,
    coalesce(is_active, false) as is_active,
    coalesce(is_closed, false) as is_closed,
    coalesce(is_won, false) as is_won
from {{ raw('salesforce', 'opportunity_stages') }}
