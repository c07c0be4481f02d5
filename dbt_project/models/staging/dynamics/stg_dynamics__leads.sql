-- Grain: one Dynamics lead, those deleted or merged away included.
select
    source_instance,
    leadid as lead_id,
    emailaddress1 as email,
    firstname as first_name,
    lastname as last_name,
    companyname as company_name,
    jobtitle as job_title,
    address1_country as country,
    coalesce(channel_label, channel, leadsourcecode_label) as channel,
    qualified_at,
    campaignid as campaign_id,
    statecode = 1 as is_qualified,
    statuscode_label as status,
    qualifyingopportunityid as qualifying_opportunity_id,
    parentaccountid as account_id,
    parentcontactid as contact_id,
    case when coalesce(ownerid_type, '') <> 'team' then ownerid end as owner_id,
    createdon as created_at,
    modifiedon as updated_at,
    coalesce(merged, false) or coalesce(_is_deleted, false) as is_deleted
from {{ raw('dynamics', 'leads') }}
