-- Grain: device_id × address. Who has logged in on a device, by address.
with sessions as (
    select
        source_instance || ':' || visitor_id as device_id,
        {{ address('user_id') }} as address
    from {{ ref('sessions') }}
)

select
    device_id,
    address,
    coalesce({{ is_role_address('address') }}, false) as is_shared_inbox
from sessions
where address is not null and not {{ is_test_record('address') }}
group by 1, 2
