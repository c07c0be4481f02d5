-- Grain: record_type × record_id, every record that can speak of a person, with what it says of them as it is compared.
-- Opened mails and visits are left to their address. Phones and names come from contacts, names from leads too.
with records as (
    select
        'contacts' as record_type,
        contact_id as record_id,
        email,
        first_name,
        last_name,
        phone,
        created_at
    from {{ ref('contacts') }}

    union all

    select 'leads', lead_id, email, first_name, last_name, null, created_at
    from {{ ref('leads') }}

    {% for table, key, column, since in [
        ('customers', 'customer_id', 'email', 'created_at'),
        ('audience_members', 'audience_member_id', 'email', 'subscribed_at'),
        ('conversations', 'conversation_id', 'requester_email', 'created_at'),
        ('referrals', 'referral_id', 'email', 'registered_at'),
    ] %}
    union all

    select '{{ table }}', {{ key }}, {{ column }}, null, null, null, {{ since }}
    from {{ ref(table) }}
    {% endfor %}
),

addressed as (
    select
        *,
        {{ address('email') }} as address
    from records
)

select
    record_type,
    record_id,
    record_type || ':' || record_id as node,
    address,
    first_name,
    last_name,
    {{ phone_digits('phone') }} as phone,
    created_at,
    coalesce({{ is_role_address('address') }}, false) as is_shared_inbox,
    {{ is_test_record('address', 'first_name', 'last_name') }} as is_test_record
from addressed
