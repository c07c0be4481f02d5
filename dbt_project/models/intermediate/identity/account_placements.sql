-- Grain: record_type × record_id. Which organisation a record belongs to, by which rule and how sure.
-- The surest rule decides: the CRM's own link, a CRM id or a deal noted elsewhere, the contact with the same address, the
-- domain of the address where exactly one organisation has it. The doubt about the account itself counts too.
{%- set rules = [
    ('crm_account', 1), ('lead_conversion', 1), ('crm_reference', 0.99), ('opportunity_reference', 0.98),
    ('contact_email', 0.97), ('email_domain', 0.95),
] %}
with accounts as (
    select
        nodes.account_id as record_id,
        assignments.subject_id as account_id,
        assignments.rule,
        assignments.confidence
    from {{ ref('account_nodes') }} as nodes
    inner join {{ ref('account_assignments') }} as assignments on nodes.node = assignments.node
),

rated as (
    select
        *,
        case rule
            {%- for rule, confidence in rules %}
            when '{{ rule }}' then {{ confidence }}
            {%- endfor %}
        end as confidence
    from {{ ref('account_claims') }}
),

ordered as (
    select
        *,
        row_number() over (
            partition by record_type, record_id order by confidence desc, rule asc, account_id asc
        ) as position
    from rated
)

select
    'accounts' as record_type,
    record_id,
    account_id,
    rule,
    cast(confidence as decimal(9, 6)) as confidence
from accounts

union all

select
    ordered.record_type,
    ordered.record_id,
    accounts.account_id,
    ordered.rule,
    cast(ordered.confidence * accounts.confidence as decimal(9, 6))
from ordered
inner join accounts on ordered.account_id = accounts.record_id
where ordered.position = 1
