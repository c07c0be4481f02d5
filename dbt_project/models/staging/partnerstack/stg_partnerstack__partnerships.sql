-- Grain: one partnership. A firm's name sits in its team; a person has first and last name.
select
    source_instance,
    key as partnership_id,
    partner_key,
    coalesce(
        nullif(trim(team_name), ''), nullif(trim(concat_ws(' ', first_name, last_name)), '')
    ) as name,
    nullif(lower(trim(email)), '') as email,
    lower(coalesce(nullif(group_slug, ''), group_name)) as partner_type,
    coalesce(joined_at, created_at) as joined_at,
    updated_at,
    coalesce(archived, false) or _is_deleted as is_deleted
from {{ raw('partnerstack', 'partnerships') }}
