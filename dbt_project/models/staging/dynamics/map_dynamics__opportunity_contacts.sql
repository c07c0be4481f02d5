-- Grain: one contact of a deal: the main one, and those connected with it in whichever direction, with their role.
with

connections as (
    select * from {{ ref('stg_dynamics__connections') }}
),

linked as (
    select source_instance, opportunity_id, contact_id, null as role, true as is_primary
    from {{ ref('stg_dynamics__opportunities') }}
    where contact_id is not null

    union all

    select source_instance, from_id, to_id, role, false
    from connections
    where from_table = 'opportunity' and to_table = 'contact'

    union all

    select source_instance, to_id, from_id, null, false
    from connections
    where from_table = 'contact' and to_table = 'opportunity'
)

select
    source_instance,
    concat_ws(':', opportunity_id, contact_id) as source_record_id,
    {{ record_id('source_instance', 'opportunity_id') }} as opportunity_id,
    {{ record_id('source_instance', 'contact_id') }} as contact_id,
    min(role) as role,
    bool_or(is_primary) as is_primary
from linked
group by source_instance, opportunity_id, contact_id
