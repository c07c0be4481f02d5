-- Grain: one Salesforce contact, those deleted or merged away included.
select
    source_instance,
    id as contact_id,
    master_record_id as merged_into_contact_id,
    account_id,
    email,
    first_name,
    last_name,
    title as job_title,
    phone,
    coalesce(mailing_country_code, mailing_country) as country,
    lead_source,
    has_opted_out_of_email as has_opted_out,
    owner_id,
    created_date as created_at,
    system_modstamp as updated_at,
    coalesce(_is_deleted, false) as is_deleted
from {{ raw('salesforce', 'contacts') }}
