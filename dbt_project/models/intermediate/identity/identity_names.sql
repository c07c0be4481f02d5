-- Grain: node, contacts and leads with a last name of their own, as they are scored against each other. A domain of free
-- mail says nothing of an employer; whoever writes from a shared inbox is not compared.
select
    node,
    first_name,
    last_name,
    case
        when not {{ is_free_mail(address_domain('address')) }} then {{ address_domain('address') }}
    end as domain,
    phone
from {{ ref('identity_records') }}
where
    record_type in ('contacts', 'leads')
    and last_name is not null
    and not is_shared_inbox
    and not is_test_record
    and (address is not null or phone is not null)
