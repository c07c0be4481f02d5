-- Grain: left_node × right_node × rule: what says that two accounts are one organisation. A name alone says nothing.
with nodes as (
    select * from {{ ref('account_nodes') }}
),

domains as (
    select
        node as left_node,
        min(node) over (partition by domain) as right_node,
        case when is_inferred then 'contact_domain' else 'same_domain' end as rule,
        case when is_inferred then 0.9 else 0.97 end as confidence
    from nodes
    where domain is not null and not is_kept_apart
),

edges as (
    select
        'accounts:' || account_id as left_node,
        'accounts:' || merged_into_account_id as right_node,
        'crm_merge' as rule,
        1 as confidence
    from {{ ref('accounts') }}
    where merged_into_account_id is not null

    union all

    select left_node, right_node, rule, confidence
    from domains
    where left_node <> right_node

    union all

    select left_node, right_node, 'override', 1
    from {{ ref('identity_overrides') }}
    where subject = 'account' and decision = 'same'
)

select
    left_node,
    right_node,
    rule,
    cast(max(confidence) as decimal(9, 6)) as confidence,
    false as is_guess
from edges
group by 1, 2, 3
