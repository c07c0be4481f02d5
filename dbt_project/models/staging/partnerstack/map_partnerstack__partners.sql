-- Grain: one partnership. The API tells that a partner was archived, not when: the last change stands in for it.
select
    source_instance,
    partnership_id as source_record_id,
    partner_key,
    name,
    email,
    partner_type,
    joined_at,
    case when is_deleted then updated_at end as left_at,
    updated_at,
    is_deleted
from {{ ref('stg_partnerstack__partnerships') }}
