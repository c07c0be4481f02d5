-- Grain: one value that a field of an opportunity took. Every one begins undeleted; one whose history names no currency
-- has had its present one from the start.
with

opportunities as (
    select * from {{ ref('stg_salesforce__opportunities') }}
),

organizations as (
    select * from {{ ref('stg_salesforce__organizations') }}
),

changes as (
    select * from {{ ref('stg_salesforce__opportunity_changes') }}
),

with_currency as (
    select distinct
        source_instance,
        opportunity_id
    from changes
    where field_name = 'currency_code'
),

combined as (
    select
        source_instance,
        opportunity_id,
        field_name,
        changed_at,
        case when field_name = 'owner_id' then {{ record_id('source_instance', 'new_value') }} else new_value end
            as new_value
    from changes

    union all

    select
        opportunities.source_instance,
        opportunities.opportunity_id,
        'currency_code' as field_name,
        opportunities.created_at as changed_at,
        coalesce(opportunities.currency_code, organizations.currency_code) as new_value
    from opportunities
    left join organizations on opportunities.source_instance = organizations.source_instance
    left join with_currency
        on
            opportunities.source_instance = with_currency.source_instance
            and opportunities.opportunity_id = with_currency.opportunity_id
    where with_currency.opportunity_id is null

    union all

    select
        source_instance,
        opportunity_id,
        'is_deleted' as field_name,
        created_at as changed_at,
        'false' as new_value
    from opportunities

    union all

    select
        source_instance,
        opportunity_id,
        'is_deleted' as field_name,
        deleted_at as changed_at,
        'true' as new_value
    from opportunities
)

select
    source_instance,
    concat_ws(':', opportunity_id, field_name, cast(epoch_ms(changed_at) as varchar)) as source_record_id,
    {{ record_id('source_instance', 'opportunity_id') }} as opportunity_id,
    field_name,
    changed_at,
    new_value
from combined
where changed_at is not null
