-- Grain: subject_type × subject_id × touch_id: marketing touches that can earn credit, by account, by person, and by
-- device for visitors nobody knows. Touches of one buyer through one channel, each within the session time-out of the
-- one before, are one touch at the time of the first: a click in a mail and the visit it opens count once. A visit
-- belongs to the campaign whose tag its link carried, if exactly one campaign has that tag.
{%- set kinds = var('attribution_touches') %}
with tagged_campaigns as (
    select utm_campaign, min(campaign_id) as campaign_id
    from {{ ref('dim_campaigns') }}
    where utm_campaign is not null
    group by 1
    having count(*) = 1
),

sessions as (
    select
        sessions.*,
        channels.channel,
        sessions.source_instance || ':' || sessions.visitor_id as device_id
    from {{ ref('sessions') }} as sessions
    inner join {{ ref('session_channels') }} as channels on sessions.session_id = channels.session_id
),

known as (
    select
        points.touchpoint_id as touch_id,
        points.person_id as actor_id,
        points.person_id,
        points.account_id,
        points.occurred_at,
        points.channel,
        coalesce(points.campaign_id, tagged_campaigns.campaign_id) as campaign_id
    from {{ ref('fct_touchpoints') }} as points
    left join sessions on points.touchpoint_type = 'web_session' and points.record_id = sessions.session_id
    left join tagged_campaigns on sessions.utm_campaign = tagged_campaigns.utm_campaign
    where points.touchpoint_type in (
        {%- for kind in kinds %}
        '{{ kind }}'{{ ',' if not loop.last }}
        {%- endfor %}
    )
),

anonymous as (
    select
        md5(sessions.session_id) as touch_id,
        sessions.device_id as actor_id,
        cast(null as string) as person_id,
        cast(null as string) as account_id,
        sessions.started_at as occurred_at,
        sessions.channel,
        tagged_campaigns.campaign_id
    from sessions
    left join {{ ref('session_people') }} as people on sessions.session_id = people.session_id
    left join tagged_campaigns on sessions.utm_campaign = tagged_campaigns.utm_campaign
    where people.session_id is null and {{ "'web_session'" if 'web_session' in kinds else 'null' }} = 'web_session'
),

timed as (
    select
        *,
        lag(occurred_at) over (partition by actor_id, channel order by occurred_at, touch_id) as previous_at
    from (
        select * from known
        union all
        select * from anonymous
    ) as touches
),

counted as (
    select
        *,
        sum(
            case
                when
                    {{ seconds_between('previous_at', 'occurred_at') }}
                    <= {{ var('attribution_session_timeout_minutes') * 60 }}
                    then 0
                else 1
            end
        ) over (partition by actor_id, channel order by occurred_at, touch_id rows unbounded preceding) as visit_number
    from timed
),

merged as (
    select
        actor_id,
        channel,
        visit_number,
        min(touch_id) as touch_id,
        max(person_id) as person_id,
        max(account_id) as account_id,
        min(occurred_at) as occurred_at,
        max(campaign_id) as campaign_id,
        count(*) as merged_count
    from counted
    group by 1, 2, 3
)

{% for subject, key in [('account', 'account_id'), ('person', 'person_id'), ('device', 'actor_id')] -%}
select
    '{{ subject }}' as subject_type,
    {{ key }} as subject_id,
    touch_id,
    occurred_at,
    channel,
    campaign_id,
    merged_count
from merged
where {{ 'person_id is null' if subject == 'device' else key ~ ' is not null' }}
{{ 'union all' if not loop.last }}
{% endfor %}
