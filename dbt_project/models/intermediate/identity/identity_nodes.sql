-- Grain: node, every record and address that belongs to somebody, with what tells who is senior. An address is as old as its
-- first record and comes before it, so that a person known by an address alone keeps the id when records turn up.
with records as (
    select * from {{ ref('identity_records') }} where not is_test_record
),

nodes as (
    select node, created_at, phone
    from records
    where address is not null or (phone is not null and last_name is not null)

    union all

    select 'address:' || address, created_at, null from records where address is not null

    union all

    select 'address:' || address, null, null from {{ ref('identity_logins') }}

    union all

    select 'address:' || address, null, null
    from (
        -- The same few are written to time and again.
        select {{ address('email') }} as address
        from (select distinct email from {{ ref('email_events') }}) as written
    ) as events
    where address is not null and not {{ is_test_record('address') }}
)

select
    node,
    min(created_at) as created_at,
    max(phone) as trait
from nodes
group by 1
