-- Grain: one value that a tracked field of a deal took. A deal that never had a currency of its own had the account's
-- from its creation on, and every deal begins undeleted.
with

deals as (
    select * from {{ ref('stg_hubspot__deals') }}
),

changes as (
    select source_instance, object_id as deal_id, property, changed_at, new_value
    from {{ ref('stg_hubspot__property_changes') }}
    where object_type = 'deals'
),

portals as (
    select * from {{ ref('stg_hubspot__portals') }}
),

recorded as (
    select
        source_instance,
        deal_id,
        changed_at,
        case property
            when 'dealstage' then 'stage_code'
            when 'amount' then 'amount'
            when 'deal_currency_code' then 'currency_code'
            when 'closedate' then 'expected_close_date'
            when 'hubspot_owner_id' then 'owner_id'
        end as field_name,
        case property
            when 'amount' then cast(cast(new_value as decimal(18, 2)) as varchar)
            when 'deal_currency_code' then upper(new_value)
            when 'closedate' then cast(cast(cast(new_value as timestamptz) at time zone 'UTC' as date) as varchar)
            when 'hubspot_owner_id' then {{ record_id('source_instance', 'new_value') }}
            else new_value
        end as new_value
    from changes
),

own_currency as (
    select distinct
        source_instance,
        deal_id
    from recorded
    where field_name = 'currency_code'
),

account_currency as (
    select
        deals.source_instance,
        deals.deal_id,
        deals.created_at as changed_at,
        'currency_code' as field_name,
        upper(portals.company_currency) as new_value
    from deals
    inner join portals on deals.source_instance = portals.source_instance
    left join own_currency
        on deals.source_instance = own_currency.source_instance and deals.deal_id = own_currency.deal_id
    where own_currency.deal_id is null
),

deletions as (
    select
        source_instance,
        deal_id,
        created_at as changed_at,
        'is_deleted' as field_name,
        'false' as new_value
    from deals

    union all

    select
        source_instance,
        deal_id,
        archived_at as changed_at,
        'is_deleted' as field_name,
        'true' as new_value
    from deals
),

combined as (
    select source_instance, deal_id, changed_at, field_name, new_value from recorded
    union all
    select source_instance, deal_id, changed_at, field_name, new_value from account_currency
    union all
    select source_instance, deal_id, changed_at, field_name, new_value from deletions
)

select
    source_instance,
    concat_ws(':', deal_id, field_name, cast(epoch_ms(changed_at) as varchar)) as source_record_id,
    {{ record_id('source_instance', 'deal_id') }} as opportunity_id,
    field_name,
    changed_at,
    new_value
from combined
where changed_at is not null and field_name is not null
