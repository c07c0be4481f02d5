-- Grain: one Salesforce opportunity, deleted ones included. Deleting is its last change, so that is when it went.
select
    source_instance,
    id as opportunity_id,
    name,
    account_id,
    owner_id,
    campaign_id,
    partner_key,
    type as opportunity_kind,
    stage_name as stage_code,
    forecast_category,
    amount,
    currency_iso_code as currency_code,
    close_date,
    coalesce(is_closed, false) as is_closed,
    coalesce(is_won, false) as is_won,
    loss_reason,
    created_date as created_at,
    system_modstamp as updated_at,
    coalesce(_is_deleted, false) as is_deleted,
    case when _is_deleted then system_modstamp end as deleted_at
from {{ raw('salesforce', 'opportunities') }}
