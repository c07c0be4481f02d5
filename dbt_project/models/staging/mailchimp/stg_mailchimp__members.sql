-- Grain: one address in an audience. One deleted for good counts as archived: the address may not be mailed any more.
select
    source_instance,
    list_id,
    id as member_id,
    nullif(lower(trim(email_address)), '') as email,
    nullif(trim(first_name), '') as first_name,
    nullif(trim(last_name), '') as last_name,
    case when _is_deleted then 'archived' else lower(status) end as status,
    coalesce(timestamp_opt, timestamp_signup) as subscribed_at,
    last_changed as updated_at
from {{ raw('mailchimp', 'members') }}
