-- Grain: one value that a field of an opportunity took, the first one included. Stage, amount and close date come from
-- OpportunityHistory, which holds whole states; owner and currency from field history, where the first recorded change
-- tells what was before. A currency that nobody changed, or that the org does not track, is that of the states. A field
-- without any record has no row here.
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

tracked as (
    select
        source_instance,
        opportunity_id,
        case when field_name = 'CurrencyIsoCode' then 'currency_code' else 'owner_id' end as field_name,
        changed_at,
        field_change_id,
        old_value,
        new_value
    from {{ ref('stg_salesforce__field_changes') }}
    where field_name in ('Owner', 'OwnerId', 'CurrencyIsoCode')
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_instance, opportunity_id, field_name order by changed_at, field_change_id
        ) as place,
        row_number() over (
            partition by source_instance, opportunity_id, field_name, changed_at order by field_change_id desc
        ) as recency
    from tracked
),

tracked_values as (
    select
        source_instance,
        opportunity_id,
        field_name,
        changed_at,
        new_value
    from ranked
    where recency = 1

    union all

    select
        ranked.source_instance,
        ranked.opportunity_id,
        ranked.field_name,
        opportunities.created_at as changed_at,
        ranked.old_value as new_value
    from ranked
    inner join opportunities
        on
            ranked.source_instance = opportunities.source_instance
            and ranked.opportunity_id = opportunities.opportunity_id
    where ranked.place = 1 and opportunities.created_at < ranked.changed_at
)

select
    compared.source_instance,
    compared.opportunity_id,
    compared.field_name,
    compared.changed_at,
    compared.new_value
from compared
left join tracked
    on
        compared.source_instance = tracked.source_instance
        and compared.opportunity_id = tracked.opportunity_id
        and compared.field_name = tracked.field_name
where
    tracked.opportunity_id is null
    and (
        (compared.place = 1 and (compared.field_name <> 'currency_code' or compared.new_value is not null))
        or (compared.place > 1 and compared.new_value is distinct from compared.value_before)
    )

union all

-- History gives ids of 15 or 18 characters; the first 15 decide.
select
    tracked_values.source_instance,
    tracked_values.opportunity_id,
    tracked_values.field_name,
    tracked_values.changed_at,
    case
        when tracked_values.field_name = 'owner_id' then coalesce(users.user_id, tracked_values.new_value)
        else upper(tracked_values.new_value)
    end as new_value
from tracked_values
left join users
    on
        tracked_values.source_instance = users.source_instance
        and tracked_values.field_name = 'owner_id'
        and substring(tracked_values.new_value, 1, 15) = substring(users.user_id, 1, 15)
