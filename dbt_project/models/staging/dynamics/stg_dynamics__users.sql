-- Grain: one user, disabled ones and applications included.
select
    source_instance,
    systemuserid as user_id,
    fullname as name,
    internalemailaddress as email,
    businessunitid as business_unit_id,
    parentsystemuserid_label as manager_name,
    createdon as created_at,
    coalesce(isdisabled, false) or coalesce(_is_deleted, false) as is_disabled
from {{ raw('dynamics', 'systemusers') }}
