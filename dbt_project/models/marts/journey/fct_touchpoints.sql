-- Grain: touchpoint_id: one thing a known person did or took part in, on the one timeline of all systems.
-- The account is the one the record itself names, else the one where the address it came through belongs, else the
-- person's account today. No address, name or message text.
with events as (
    {% for model in ['fct_marketing_touchpoints', 'fct_sales_touchpoints', 'fct_customer_touchpoints'] %}
    select * from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

placed as (
    select
        events.*,
        coalesce(named.surviving_account_id, recorded.account_id, people.account_id) as surviving_account_id
    from events
    left join {{ ref('dim_account_records') }} as named on events.account_id = named.account_id
    left join {{ ref('bridge_account_records') }} as recorded
        on
            events.record_id = recorded.record_id
            and recorded.record_type = case
                when events.touchpoint_type = 'web_session' then 'sessions'
                when events.touchpoint_type like 'email_%' then 'email_events'
                when events.touchpoint_type = 'referral_registered' then 'referrals'
                when events.touchpoint_type = 'conversation_started' then 'conversations'
            end
    left join {{ ref('identity_people') }} as people on events.person_id = people.person_id
)

select
    md5(touchpoint_type || '|' || record_id || '|' || person_id || '|' || cast(occurred_at as string)) as touchpoint_id,
    person_id,
    surviving_account_id as account_id,
    occurred_at,
    touchpoint_type,
    channel,
    record_id,
    campaign_id,
    opportunity_id,
    confidence
from placed
