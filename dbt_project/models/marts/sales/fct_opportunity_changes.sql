-- Grain: opportunity_id × field_name × changed_at. What sources recorded, and what must have been where they recorded
-- nothing: a field without a record held today's value from the start; a deal without stages was open (stage unknown)
-- until it was closed; a deleted deal without the instant of it went when it was last touched.
with opportunities as (
    select * from {{ ref('opportunities') }}
),

recorded as (
    select
        opportunity_id,
        field_name,
        changed_at,
        new_value,
        row_number() over (
            partition by opportunity_id, field_name, changed_at order by opportunity_change_id desc
        ) as recency
    from {{ ref('opportunity_changes') }}
),

coverage as (
    select
        opportunity_id,
        {%- for field in opportunity_fields() %}
        max(case when field_name = '{{ field }}' then 1 else 0 end) as has_{{ field }},
        {%- endfor %}
        min(case when field_name = 'stage_code' then changed_at end) as first_stage_at
    from recorded
    group by 1
),

gaps as (
    select
        opportunities.*,
        {%- for field in opportunity_fields() %}
        coalesce(coverage.has_{{ field }}, 0) as has_{{ field }},
        {%- endfor %}
        coalesce(
            coverage.first_stage_at, opportunities.created_at, opportunities.closed_at, opportunities.updated_at
        ) as begun_at
    from opportunities
    left join coverage on opportunities.opportunity_id = coverage.opportunity_id
),

inferred as (
    {%- for field in ['amount', 'currency_code', 'expected_close_date', 'owner_id'] %}
    select opportunity_id, '{{ field }}' as field_name, begun_at as changed_at, cast({{ field }} as string) as new_value
    from gaps
    where has_{{ field }} = 0

    union all
    {% endfor %}
    select
        opportunity_id,
        'stage_code',
        begun_at,
        case when is_closed and closed_at > begun_at then null else {{ stage_now('gaps') }} end
    from gaps
    where has_stage_code = 0

    union all

    select opportunity_id, 'stage_code', closed_at, {{ stage_now('gaps') }}
    from gaps
    where has_stage_code = 0 and is_closed and closed_at > begun_at

    union all

    select opportunity_id, 'is_deleted', coalesce(deleted_at, updated_at, begun_at), 'true'
    from gaps
    where has_is_deleted = 0 and is_deleted
)

select
    recorded.opportunity_id,
    recorded.field_name,
    recorded.changed_at,
    recorded.new_value,
    false as is_inferred
from recorded
inner join opportunities on recorded.opportunity_id = opportunities.opportunity_id
where recorded.recency = 1

union all

select
    opportunity_id,
    field_name,
    changed_at,
    new_value,
    true as is_inferred
from inferred
where changed_at is not null
