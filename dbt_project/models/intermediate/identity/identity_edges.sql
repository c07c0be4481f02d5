-- Grain: left_node × right_node × rule: what says that two records, or a record and an address, are one person.
-- Nothing leads through a shared inbox: its records belong to the inbox, unless the CRM itself says which person they
-- became. Test records take no part. What fixed rules cannot tell is scored (`name_scores`).
with records as (
    select * from {{ ref('identity_records') }} where not is_test_record
),

links as (
    select contact_id as record_id, 'contacts' as record_type, merged_into_contact_id as target_id, 'crm_merge' as rule
    from {{ ref('contacts') }}
    where merged_into_contact_id is not null

    union all

    select lead_id, 'leads', converted_contact_id, 'lead_conversion'
    from {{ ref('leads') }}
    where converted_contact_id is not null
),

crm as (
    select sources.node as left_node, targets.node as right_node, links.rule
    from links
    inner join records as sources
        on links.record_id = sources.record_id and links.record_type = sources.record_type
    inner join records as targets on links.target_id = targets.record_id and targets.record_type = 'contacts'
    where not targets.is_shared_inbox
),

names as (
    select
        node,
        address,
        phone,
        lower(trim(first_name)) || ' ' || lower(trim(last_name)) as full_name
    from records
    where not is_shared_inbox and first_name is not null and last_name is not null
),

devices as (
    select distinct logins.device_id, logins.address, names.full_name
    from {{ ref('identity_logins') }} as logins
    inner join names on logins.address = names.address
),

alike as (
    select
        'address:' || address as left_node,
        'address:' || min(address) over (partition by device_id, full_name) as right_node,
        'same_device_and_name' as rule
    from devices

    union all

    select node, min(node) over (partition by phone, full_name), 'same_phone_and_name'
    from names
    where phone is not null
),

edges as (
    select
        records.node as left_node,
        'address:' || records.address as right_node,
        'same_email' as rule,
        case when records.is_shared_inbox then 0.5 else 1 end as confidence
    from records
    left join crm on records.node = crm.left_node
    where records.address is not null and not (records.is_shared_inbox and crm.left_node is not null)

    union all

    select left_node, right_node, rule, 1 from crm

    union all

    select left_node, right_node, rule, 0.98
    from alike
    where left_node <> right_node

    union all

    select left_node, right_node, 'alike', probability
    from {{ ref('name_scores') }}
    where left_node <> right_node and probability >= {{ var('identity_match_threshold') }}

    union all

    select left_node, right_node, 'override', 1
    from {{ ref('identity_overrides') }}
    where subject = 'person' and decision = 'same'
)

select
    left_node,
    right_node,
    rule,
    cast(max(confidence) as decimal(9, 6)) as confidence,
    rule = 'alike' as is_guess
from edges
group by 1, 2, 3
