-- Grain: one value that a tracked field of a deal took. Fields are put together from several columns (a won deal is
-- worth what was won, not what was expected), so at each instant all columns count as they then stood.
with

{% set attributes = [
    'stepname', 'statecode', 'estimatedvalue', 'actualvalue', 'estimatedclosedate', 'actualclosedate', 'ownerid',
    'transactioncurrencyid', 'process_stage',
] %}

deals as (
    select * from {{ ref('stg_dynamics__opportunities') }}
),

currencies as (
    select * from {{ ref('stg_dynamics__currencies') }}
),

column_values as (
    select source_instance, opportunity_id, changed_at, attribute, new_value, precedence
    from {{ ref('stg_dynamics__opportunity_values') }}
    union all
    select
        source_instance,
        opportunity_id,
        reached_at as changed_at,
        'process_stage' as attribute,
        stage_name as new_value,
        1 as precedence
    from {{ ref('stg_dynamics__stages_reached') }}
),

instants as (
    select
        {%- for attribute in attributes %}
        arg_max('=' || coalesce(new_value, ''), precedence) filter (where attribute = '{{ attribute }}')
            as {{ attribute }},
        {%- endfor %}
        source_instance,
        opportunity_id,
        changed_at
    from column_values
    group by source_instance, opportunity_id, changed_at
),

states as (
    select
        {%- for attribute in attributes %}
        nullif(substring(last_value({{ attribute }} ignore nulls) over earlier, 2), '') as {{ attribute }},
        {%- endfor %}
        source_instance,
        opportunity_id,
        changed_at
    from instants
    window earlier as (partition by source_instance, opportunity_id order by changed_at rows unbounded preceding)
),

fields as (
    select
        states.source_instance,
        states.opportunity_id,
        states.changed_at,
        {{ dynamics_stage('states.statecode', 'states.stepname', 'states.process_stage') }} as stage_code,
        {{ dynamics_amount('states.statecode', 'states.estimatedvalue', 'states.actualvalue') }} as amount,
        {{ dynamics_close_date('states.statecode', 'states.estimatedclosedate', 'states.actualclosedate') }}
            as expected_close_date,
        {{ record_id('states.source_instance', 'states.ownerid') }} as owner_id,
        currencies.currency_code
    from states
    left join currencies
        on
            states.source_instance = currencies.source_instance
            and states.transactioncurrencyid = currencies.currency_id
),

values_of_fields as (
    {% for field in ['stage_code', 'amount', 'expected_close_date', 'owner_id', 'currency_code'] %}
    select
        source_instance,
        opportunity_id,
        changed_at,
        '{{ field }}' as field_name,
        {{ field }} as new_value,
        lag({{ field }}) over (partition by source_instance, opportunity_id order by changed_at) as previous_value
    from fields
    union all
    {% endfor %}
    select source_instance, opportunity_id, created_at, 'is_deleted', 'false', null
    from deals
    union all
    select source_instance, opportunity_id, deleted_at, 'is_deleted', 'true', 'false'
    from {{ ref('stg_dynamics__deletions') }}
)

select
    source_instance,
    concat_ws(':', opportunity_id, field_name, cast(epoch_ms(changed_at) as varchar)) as source_record_id,
    {{ record_id('source_instance', 'opportunity_id') }} as opportunity_id,
    field_name,
    changed_at,
    new_value
from values_of_fields
where changed_at is not null and new_value is distinct from previous_value
