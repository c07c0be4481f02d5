-- Grain: one owner that a company or contact had. One that was merged away has none: HubSpot answers with the survivor,
-- whose history it has rewritten.
with

owners_known as (
    select
        source_instance,
        case object_type when 'companies' then 'accounts' else 'contacts' end as record_type,
        object_id as record_id,
        changed_at,
        new_value as owner_id
    from {{ ref('stg_hubspot__property_changes') }}
    where object_type in ('companies', 'contacts') and property = 'hubspot_owner_id'
)

{{ owner_changes('owners_known') }}
