-- Grain: record_type × record_id × rule: every account that some rule ties a record to. Several rules may speak of one
-- record; `bridge_account_records` takes the first.
with records as (
    select * from {{ ref('bridge_identity_records') }}
),

contacts as (
    select
        contacts.contact_id,
        contacts.account_id,
        records.email,
        row_number() over (
            partition by records.email
            order by
                case when contacts.is_deleted then 1 else 0 end asc, contacts.created_at desc nulls last,
                contacts.contact_id asc
        ) as preference
    from {{ ref('contacts') }} as contacts
    inner join records on contacts.contact_id = records.record_id and records.record_type = 'contacts'
    where contacts.account_id is not null
),

ledger as (
    select nodes.account_id, nodes.domain, assignments.subject_id
    from {{ ref('account_nodes') }} as nodes
    inner join {{ ref('account_assignments') }} as assignments on nodes.node = assignments.node
),

domains as (
    select domain, min(subject_id) as account_id
    from ledger
    where domain is not null
    group by 1
    having count(distinct subject_id) = 1
),

references_to as (
    select source_record_id as account_reference, min(account_id) as account_id
    from {{ ref('accounts') }}
    group by 1
    having count(*) = 1
),

deals as (
    select source_record_id as opportunity_reference, min(account_id) as account_id
    from {{ ref('opportunities') }}
    where account_id is not null
    group by 1
    having count(*) = 1
),

deals_of_customers as (
    select named.customer_id, min(deals.account_id) as account_id
    from (
        select customer_id, opportunity_reference from {{ ref('subscriptions') }}
        union all
        select customer_id, opportunity_reference from {{ ref('orders') }} where not is_deleted
    ) as named
    inner join deals on named.opportunity_reference = deals.opportunity_reference
    inner join ledger on deals.account_id = ledger.account_id
    group by 1
    having count(distinct ledger.subject_id) = 1
)

select 'contacts' as record_type, contact_id as record_id, account_id, 'crm_account' as rule
from {{ ref('contacts') }}
where account_id is not null

union all

select 'leads', lead_id, converted_account_id, 'lead_conversion'
from {{ ref('leads') }}
where converted_account_id is not null

union all

select 'customers', customers.customer_id, references_to.account_id, 'crm_reference'
from {{ ref('customers') }} as customers
inner join references_to on customers.account_reference = references_to.account_reference

union all

select 'customers', customer_id, account_id, 'opportunity_reference'
from deals_of_customers

union all

select 'referrals', referrals.referral_id, deals.account_id, 'opportunity_reference'
from {{ ref('referrals') }} as referrals
inner join deals on referrals.opportunity_reference = deals.opportunity_reference

union all

select records.record_type, records.record_id, contacts.account_id, 'contact_email'
from records
inner join contacts on records.email = contacts.email and contacts.preference = 1
where records.record_type in ('leads', 'customers', 'audience_members', 'conversations', 'referrals')

union all

select records.record_type, records.record_id, contacts.account_id, 'contact_email'
from (
    select 'email_events' as record_type, record_id, email from records where record_type = 'email_events'
    union all
    select 'sessions', session_id, email from {{ ref('session_people') }}
) as records
inner join contacts on records.email = contacts.email and contacts.preference = 1

union all

select records.record_type, records.record_id, domains.account_id, 'email_domain'
from records
inner join domains on {{ address_domain('records.email') }} = domains.domain
where records.record_type in ('leads', 'customers', 'audience_members', 'conversations', 'referrals')
