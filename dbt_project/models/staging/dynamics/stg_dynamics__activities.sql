-- Grain: one call, e-mail, appointment or task. Ids of the four never collide.
with

{% set kinds = {
    'phonecalls': ('call', 'directioncode', 'coalesce(actualstart, actualend, scheduledend, createdon)', 'actualdurationminutes'),
    'emails': ('email', 'directioncode', 'coalesce(senton, actualend, createdon)', 'null'),
    'appointments': ('meeting', 'null', 'coalesce(scheduledstart, actualstart, createdon)', 'coalesce(actualdurationminutes, scheduleddurationminutes)'),
    'tasks': ('task', 'null', 'coalesce(actualend, scheduledend, createdon)', 'actualdurationminutes'),
} %}

{% for table, (kind, direction, moment, minutes) in kinds.items() %}
{{ table }} as (
    select
        source_instance,
        activityid as activity_id,
        '{{ kind }}' as activity_type,
        cast({{ direction }} as boolean) as is_outbound,
        {{ moment }} as occurred_at,
        cast({{ minutes }} as bigint) as duration_minutes,
        case when coalesce(ownerid_type, '') <> 'team' then ownerid end as owner_id,
        regardingobjectid as regarding_id,
        regardingobjectid_type as regarding_table,
        modifiedon as updated_at,
        coalesce(_is_deleted, false) as is_deleted
    from {{ raw('dynamics', table) }}
){{ ',' if not loop.last }}

{% endfor %}

{% for table in kinds %}
select * from {{ table }}
{{ 'union all' if not loop.last }}
{% endfor %}
