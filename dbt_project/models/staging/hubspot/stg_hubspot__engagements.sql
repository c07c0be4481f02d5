-- Grain: one logged call, e-mail, meeting, note or task. HubSpot counts ids for each of the five types apart, so an
-- engagement is known by its type and id together.
with

{% set kinds = {
    'calls': ('call', 'hs_call_direction', 'hs_call_duration / 60000.0'),
    'emails': ('email', 'hs_email_direction', 'null'),
    'meetings': ('meeting', 'null', "date_diff('second', hs_meeting_start_time, hs_meeting_end_time) / 60.0"),
    'notes': ('note', 'null', 'null'),
    'tasks': ('task', 'null', 'null'),
} %}

{% for table, (kind, direction, minutes) in kinds.items() %}
{{ table }} as (
    select
        source_instance,
        '{{ table }}' as object_type,
        id as engagement_id,
        '{{ kind }}' as engagement_type,
        cast({{ direction }} as varchar) as direction,
        cast(round({{ minutes }}) as bigint) as duration_minutes,
        hs_timestamp as occurred_at,
        hubspot_owner_id as owner_id,
        associated_companies,
        associated_contacts,
        associated_deals,
        updated_at,
        coalesce(archived, false) or coalesce(_is_deleted, false) as is_deleted
    from {{ raw('hubspot', table) }}
){{ ',' if not loop.last }}

{% endfor %}

{% for table in kinds %}
select * from {{ table }}
{{ 'union all' if not loop.last }}
{% endfor %}
