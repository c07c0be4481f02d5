-- Grain: one Dynamics contact, those deleted or merged away included. A contact may belong to another contact, which
-- is no organisation.
select
    source_instance,
    contactid as contact_id,
    case when coalesce(parentcustomerid_type, '') <> 'contact' then parentcustomerid end as account_id,
    emailaddress1 as email,
    firstname as first_name,
    lastname as last_name,
    jobtitle as job_title,
    coalesce(telephone1, mobilephone) as phone,
    address1_country as country,
    customertypecode_label as relationship,
    leadsourcecode_label as lead_source,
    donotbulkemail or coalesce(donotemail, false) as has_opted_out,
    originatingleadid as originating_lead_id,
    case when coalesce(ownerid_type, '') <> 'team' then ownerid end as owner_id,
    masterid as merged_into_contact_id,
    createdon as created_at,
    modifiedon as updated_at,
    coalesce(merged, false) or coalesce(_is_deleted, false) as is_deleted
from {{ raw('dynamics', 'contacts') }}
