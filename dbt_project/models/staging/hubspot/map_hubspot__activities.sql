-- Grain: one engagement. With several associated companies, contacts or deals it counts for the primary one, or the
-- oldest. HubSpot records no direction of a meeting, and forwarded e-mails do not show who wrote first.
with

engagements as (
    select * from {{ ref('stg_hubspot__engagements') }}
),

main_associations as (
    select
        source_instance,
        from_object_type,
        from_id,
        max(case when to_object_type = 'companies' then to_id end) as company_id,
        max(case when to_object_type = 'contacts' then to_id end) as contact_id,
        max(case when to_object_type = 'deals' then to_id end) as deal_id
    from {{ ref('stg_hubspot__associations') }}
    where priority = 1
    group by source_instance, from_object_type, from_id
)

select
    engagements.source_instance,
    engagements.object_type || ':' || engagements.engagement_id as source_record_id,
    engagements.engagement_type as activity_type,
    case engagements.direction
        when 'OUTBOUND' then 'outbound'
        when 'EMAIL' then 'outbound'
        when 'INBOUND' then 'inbound'
        when 'INCOMING_EMAIL' then 'inbound'
    end as direction,
    engagements.occurred_at,
    engagements.duration_minutes,
    {{ record_id('engagements.source_instance', 'engagements.owner_id') }} as owner_id,
    {{ record_id('engagements.source_instance', 'main_associations.company_id') }} as account_id,
    {{ record_id('engagements.source_instance', 'main_associations.contact_id') }} as contact_id,
    null as lead_id,
    {{ record_id('engagements.source_instance', 'main_associations.deal_id') }} as opportunity_id,
    engagements.updated_at,
    engagements.is_deleted
from engagements
left join main_associations
    on
        engagements.source_instance = main_associations.source_instance
        and engagements.object_type = main_associations.from_object_type
        and engagements.engagement_id = main_associations.from_id
