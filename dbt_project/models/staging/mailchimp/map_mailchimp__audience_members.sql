-- Grain: one address in one audience: the same address in two audiences is two members.
with members as (

    select * from {{ ref('stg_mailchimp__members') }}

),

lists as (

    select * from {{ ref('stg_mailchimp__lists') }}

)

select
    members.source_instance,
    members.list_id || ':' || members.member_id as source_record_id,
    members.list_id as audience_id,
    lists.name as audience_name,
    members.email,
    members.first_name,
    members.last_name,
    members.status,
    members.subscribed_at,
    members.updated_at
from members
left join lists
    on members.source_instance = lists.source_instance and members.list_id = lists.list_id
