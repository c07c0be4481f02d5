-- Grain: one Salesforce user, in the team that their role stands for.
select
    users.source_instance,
    users.user_id as source_record_id,
    users.name,
    lower(users.email) as email,
    {{ record_id('users.source_instance', 'users.user_role_id') }} as team_id,
    managers.name as manager_name,
    users.is_active,
    users.created_at
from {{ ref('stg_salesforce__users') }} as users
left join {{ ref('stg_salesforce__users') }} as managers
    on users.source_instance = managers.source_instance and users.manager_id = managers.user_id
