-- Grain: one value that a field of an opportunity took, the first one included. Stage, amount, close date and currency
-- come from OpportunityHistory, which holds whole states; the owner from field history, where the first recorded change
-- tells who it was before. A field without any record has no row here.
with

states as (
    select * from {{ ref('stg_salesforce__opportunity_states') }}
),

opportunities as (
    select * from {{ ref('stg_salesforce__opportunities') }}
),

users as (
    select * from {{ ref('stg_salesforce__users') }}
),

state_values as (
    {% for field, expression in [
        ('stage_code', 'stage_code'),
        ('amount', 'cast(cast(amount as decimal(18, 2)) as varchar)'),
        ('expected_close_date', 'cast(close_date as varchar)'),
        ('currency_code', 'upper(currency_code)'),
    ] %}
    select
        source_instance,
        opportunity_id,
        '{{ field }}' as field_name,
        changed_at,
        {{ expression }} as new_value
    from states
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

compared as (
    select
        *,
        lag(new_value) over (
            partition by source_instance, opportunity_id, field_name order by changed_at
        ) as value_before,
        row_number() over (
            partition by source_instance, opportunity_id, field_name order by changed_at
        ) as place
    from state_values
),

owner_changes as (
    select
        changes.source_instance,
        changes.opportunity_id,
        changes.changed_at,
        changes.old_value,
        changes.new_value,
        row_number() over (
            partition by changes.source_instance, changes.opportunity_id
            order by changes.changed_at, changes.field_change_id
        ) as place,
        row_number() over (
            partition by changes.source_instance, changes.opportunity_id, changes.changed_at
            order by changes.field_change_id desc
        ) as recency
    from {{ ref('stg_salesforce__field_changes') }} as changes
    where changes.field_name in ('Owner', 'OwnerId')
),

owner_values as (
    select
        source_instance,
        opportunity_id,
        changed_at,
        new_value as owner_id
    from owner_changes
    where recency = 1

    union all

    select
        opportunities.source_instance,
        opportunities.opportunity_id,
        opportunities.created_at as changed_at,
        owner_changes.old_value as owner_id
    from owner_changes
    inner join opportunities
        on
            owner_changes.source_instance = opportunities.source_instance
            and owner_changes.opportunity_id = opportunities.opportunity_id
    where owner_changes.place = 1 and opportunities.created_at < owner_changes.changed_at
)

select
    source_instance,
    opportunity_id,
    field_name,
    changed_at,
    new_value
from compared
where
    (place = 1 and (field_name <> 'currency_code' or new_value is not null))
    or (place > 1 and new_value is distinct from value_before)

union all

-- History gives ids of 15 or 18 characters; the first 15 decide.
select
    owner_values.source_instance,
    owner_values.opportunity_id,
    'owner_id' as field_name,
    owner_values.changed_at,
    coalesce(users.user_id, owner_values.owner_id) as new_value
from owner_values
left join users
    on
        owner_values.source_instance = users.source_instance
        and substring(owner_values.owner_id, 1, 15) = substring(users.user_id, 1, 15)
