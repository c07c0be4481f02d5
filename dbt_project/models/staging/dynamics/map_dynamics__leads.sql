-- Grain: one Dynamics lead. `Qualify` is what converts a lead. Dynamics keeps no time of it: it is when the state changed,
-- as the audit log has it, else when the first record made from the lead was created, else its last change.
-- The audit log also says when the owner changed.
with

leads as (
    select * from {{ ref('stg_dynamics__leads') }}
),

qualified as (
    select source_instance, record_id, max(changed_at) as state_changed_at
    from {{ ref('stg_dynamics__audited_values') }}
    where table_name = 'lead' and attribute = 'statecode' and new_value = '1'
    group by source_instance, record_id
),

handed_on as (
    select
        source_instance,
        record_id,
        min(changed_at) as assigned_at,
        arg_min({{ dynamics_audited('attribute', 'new_value') }}, changed_at) as assigned_owner_id,
        count(*) as assignment_count
    from {{ ref('stg_dynamics__audited_values') }}
    where table_name = 'lead' and attribute = 'ownerid' and old_value is not null and old_value <> new_value
    group by source_instance, record_id
),

made as (
    select source_instance, originating_lead_id, 'account' as kind, account_id as record_id, created_at
    from {{ ref('stg_dynamics__accounts') }}
    union all
    select source_instance, originating_lead_id, 'contact' as kind, contact_id as record_id, created_at
    from {{ ref('stg_dynamics__contacts') }}
    union all
    select source_instance, originating_lead_id, 'opportunity' as kind, opportunity_id as record_id, created_at
    from {{ ref('stg_dynamics__opportunities') }}
),

outcomes as (
    select
        source_instance,
        originating_lead_id,
        min(created_at) as made_at,
        arg_min(record_id, created_at) filter (where kind = 'account') as account_id,
        arg_min(record_id, created_at) filter (where kind = 'contact') as contact_id,
        arg_min(record_id, created_at) filter (where kind = 'opportunity') as opportunity_id
    from made
    where originating_lead_id is not null
    group by source_instance, originating_lead_id
),

converted as (
    select
        leads.*,
        handed_on.assigned_at,
        handed_on.assigned_owner_id,
        coalesce(handed_on.assignment_count, 0) as assignment_count,
        case when leads.is_qualified then coalesce(qualified.state_changed_at, outcomes.made_at, leads.updated_at) end
            as converted_at,
        case when leads.is_qualified then coalesce(outcomes.account_id, leads.account_id) end as converted_account_id,
        case when leads.is_qualified then coalesce(outcomes.contact_id, leads.contact_id) end as converted_contact_id,
        case when leads.is_qualified then coalesce(leads.qualifying_opportunity_id, outcomes.opportunity_id) end
            as converted_opportunity_id
    from leads
    left join qualified
        on leads.source_instance = qualified.source_instance and leads.lead_id = qualified.record_id
    left join handed_on
        on leads.source_instance = handed_on.source_instance and leads.lead_id = handed_on.record_id
    left join outcomes
        on leads.source_instance = outcomes.source_instance and leads.lead_id = outcomes.originating_lead_id
)

select
    source_instance,
    lead_id as source_record_id,
    nullif(lower(trim(email)), '') as email,
    first_name,
    last_name,
    company_name,
    job_title,
    case when regexp_matches(trim(country), '^[A-Za-z]{2}$') then upper(trim(country)) end as country_code,
    lower(status) as status,
    channel,
    null as landing_page,
    null as campaign_id,
    {{ record_id('source_instance', 'owner_id') }} as owner_id,
    created_at,
    assigned_at,
    {{ record_id('source_instance', 'assigned_owner_id') }} as assigned_owner_id,
    assignment_count,
    coalesce(qualified_at, converted_at) as qualified_at,
    converted_at,
    {{ record_id('source_instance', 'converted_account_id') }} as converted_account_id,
    {{ record_id('source_instance', 'converted_contact_id') }} as converted_contact_id,
    {{ record_id('source_instance', 'converted_opportunity_id') }} as converted_opportunity_id,
    updated_at,
    is_deleted
from converted
