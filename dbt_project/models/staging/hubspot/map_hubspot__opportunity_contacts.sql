-- Grain: one contact of a deal. HubSpot marks no main contact of a deal unless a label says `Primary`.
select
    source_instance,
    concat_ws(':', from_id, to_id) as source_record_id,
    {{ record_id('source_instance', 'from_id') }} as opportunity_id,
    {{ record_id('source_instance', 'to_id') }} as contact_id,
    label as role,
    is_primary
from {{ ref('stg_hubspot__associations') }}
where from_object_type = 'deals' and to_object_type = 'contacts'
