-- Grain: one Salesforce lead. Its campaign is the newest it was added to, which is also the one that Salesforce credits
-- when it is converted. Until someone takes it a queue owns it, that is: nobody. A conversion has a day and no time: it
-- is the moment the opportunity or contact it made was created, if that was on the day.
-- Of a lead that came in before the owner's history begins, nobody knows how often it was handed on.
with

leads as (
    select * from {{ ref('stg_salesforce__leads') }}
),

contacts as (
    select * from {{ ref('stg_salesforce__contacts') }}
),

opportunities as (
    select * from {{ ref('stg_salesforce__opportunities') }}
),

handed_on as (
    select
        source_instance,
        lead_id,
        min(changed_at) as assigned_at,
        arg_min(new_value, changed_at) filter (where new_value like '005%') as assigned_owner_id,
        count(*) as assignment_count
    from {{ ref('stg_salesforce__lead_owner_changes') }}
    group by source_instance, lead_id
),

histories as (
    select source_instance, min(changed_at) as kept_since
    from {{ ref('stg_salesforce__lead_owner_changes') }}
    group by source_instance
),

memberships as (
    select
        source_instance,
        lead_id,
        campaign_id,
        row_number() over (
            partition by source_instance, lead_id order by created_at desc, campaign_member_id desc
        ) as recency
    from {{ ref('stg_salesforce__campaign_members') }}
    where lead_id is not null and not is_deleted
)

select
    leads.source_instance,
    leads.lead_id as source_record_id,
    nullif(lower(trim(leads.email)), '') as email,
    leads.first_name,
    leads.last_name,
    leads.company_name,
    leads.job_title,
    {{ salesforce_country_code('leads.country') }} as country_code,
    lower(leads.status) as status,
    {{ salesforce_channel('leads.lead_source') }} as channel,
    leads.landing_page,
    {{ record_id('leads.source_instance', 'memberships.campaign_id') }} as campaign_id,
    {{ record_id('leads.source_instance', "case when leads.owner_id like '005%' then leads.owner_id end") }}
        as owner_id,
    leads.created_at,
    handed_on.assigned_at,
    {{ record_id('leads.source_instance', 'handed_on.assigned_owner_id') }} as assigned_owner_id,
    case when leads.created_at >= histories.kept_since then coalesce(handed_on.assignment_count, 0) end
        as assignment_count,
    leads.qualified_at,
    case
        when not coalesce(leads.is_converted, false) then null
        when cast(opportunities.created_at as date) = leads.converted_date then opportunities.created_at
        when cast(contacts.created_at as date) = leads.converted_date then contacts.created_at
        else {{ starts_at('leads.converted_date') }}
    end as converted_at,
    {{ record_id('leads.source_instance', 'leads.converted_account_id') }} as converted_account_id,
    {{ record_id('leads.source_instance', 'leads.converted_contact_id') }} as converted_contact_id,
    {{ record_id('leads.source_instance', 'leads.converted_opportunity_id') }} as converted_opportunity_id,
    leads.updated_at,
    leads.is_deleted
from leads
left join contacts
    on
        leads.source_instance = contacts.source_instance
        and leads.converted_contact_id = contacts.contact_id
left join opportunities
    on
        leads.source_instance = opportunities.source_instance
        and leads.converted_opportunity_id = opportunities.opportunity_id
left join handed_on
    on
        leads.source_instance = handed_on.source_instance
        and leads.lead_id = handed_on.lead_id
left join histories on leads.source_instance = histories.source_instance
left join memberships
    on
        leads.source_instance = memberships.source_instance
        and leads.lead_id = memberships.lead_id
        and memberships.recency = 1
