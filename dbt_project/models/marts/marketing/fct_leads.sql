-- Grain: lead_id: everyone who became known to a CRM, once: a person however many contacts and leads there are of them,
-- and each lead without an address; test records are nobody. Marketing-qualified when a lead was called qualified,
-- sales-qualified when it was converted, or either when the CRM says so of a contact. The channel and campaign are those of
-- the first touch up to becoming known, else what the CRM recorded.
with records as (
    select record_id, min(person_id) as person_id
    from {{ ref('bridge_identity_records') }}
    where record_type in ('contacts', 'leads')
    group by 1
),

test_records as (
    select record_type, record_id
    from {{ ref('identity_records') }}
    where is_test_record
),

known as (
    select
        'contacts' as record_type,
        contact_id as record_id,
        created_at,
        marketing_qualified_at,
        sales_qualified_at,
        acquisition_channel as channel,
        cast(null as string) as campaign_id
    from {{ ref('contacts') }}
    where not is_deleted and created_at is not null

    union all

    select 'leads', lead_id, created_at, qualified_at, converted_at, channel, campaign_id
    from {{ ref('leads') }}
    where not is_deleted and created_at is not null
),

people as (
    select
        coalesce(records.person_id, known.record_id) as lead_id,
        max(records.person_id) as person_id,
        min(known.created_at) as became_known_at,
        min(known.marketing_qualified_at) as marketing_qualified_at,
        min(known.sales_qualified_at) as sales_qualified_at,
        min(known.channel) as recorded_channel,
        min(known.campaign_id) as recorded_campaign_id
    from known
    left join records on known.record_id = records.record_id
    left join test_records
        on known.record_type = test_records.record_type and known.record_id = test_records.record_id
    where test_records.record_id is null
    group by 1
),

touched as (
    select
        people.lead_id,
        touches.channel,
        touches.campaign_id,
        row_number() over (partition by people.lead_id order by touches.occurred_at, touches.touch_id) as position
    from people
    inner join {{ ref('fct_attribution_touches') }} as touches
        on
            touches.subject_type = 'person'
            and people.person_id = touches.subject_id
            and people.became_known_at >= touches.occurred_at
)

select
    people.lead_id,
    people.person_id,
    people.became_known_at,
    {{ month_at('people.became_known_at') }} as month_date,
    people.marketing_qualified_at,
    {{ month_at('people.marketing_qualified_at') }} as marketing_qualified_month_date,
    people.sales_qualified_at,
    {{ month_at('people.sales_qualified_at') }} as sales_qualified_month_date,
    coalesce(touched.channel, people.recorded_channel, 'unknown') as channel,
    coalesce(touched.campaign_id, people.recorded_campaign_id, 'unknown') as campaign_id,
    touched.lead_id is not null as is_touched
from people
left join touched on people.lead_id = touched.lead_id and touched.position = 1
