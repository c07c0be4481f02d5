-- Grain: touchpoint_id: one event of a known person, or of an account where no person is known, on the one timeline of
-- all systems. The account is the one the record itself names, else the one where the record of its owner belongs, else
-- the person's account today. The talk by which a customer was taken on is the account's onboarding. Of several events at
-- one instant, the earlier in a journey comes first, then the lower touchpoint_id. No address, name or message text.
with events as (
    {% for model in ['fct_marketing_touchpoints', 'fct_sales_touchpoints', 'fct_customer_touchpoints'] %}
    select * from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

placed as (
    select
        events.*,
        coalesce(named.surviving_account_id, recorded.account_id, people.account_id) as surviving_account_id,
        md5(
            events.touchpoint_type || '|' || events.record_id || '|' || coalesce(events.person_id, '') || '|'
            || cast(events.occurred_at as string)
        ) as touchpoint_id,
        case events.touchpoint_type
            {%- for kind, area in touchpoint_types() %}
            when '{{ kind }}' then {{ loop.index }}
            {%- endfor %}
        end as place
    from events
    left join {{ ref('dim_account_records') }} as named on events.account_id = named.account_id
    left join {{ ref('bridge_account_records') }} as recorded
        on events.owner_record_id = recorded.record_id and events.owner_record_type = recorded.record_type
    left join {{ ref('identity_people') }} as people on events.person_id = people.person_id
),

onboardings as (
    select account_id, entered_at from {{ ref('fct_journey_account_stages') }} where stage = 'onboarded'
)

select
    placed.touchpoint_id,
    placed.person_id,
    placed.surviving_account_id as account_id,
    placed.occurred_at,
    placed.touchpoint_type,
    case
        when onboardings.account_id is not null then 'onboarding'
        {%- for kind, area in touchpoint_types() %}
        when placed.touchpoint_type = '{{ kind }}' then '{{ area }}'
        {%- endfor %}
    end as area,
    placed.channel,
    placed.record_id,
    placed.campaign_id,
    placed.opportunity_id,
    placed.confidence,
    case
        when placed.person_id is not null
            then row_number() over (
                partition by placed.person_id order by placed.occurred_at, placed.place, placed.touchpoint_id
            )
    end as person_sequence_number,
    case
        when placed.surviving_account_id is not null
            then row_number() over (
                partition by placed.surviving_account_id order by placed.occurred_at, placed.place, placed.touchpoint_id
            )
    end as account_sequence_number
from placed
left join onboardings
    on
        placed.surviving_account_id = onboardings.account_id
        and placed.occurred_at = onboardings.entered_at
        and placed.opportunity_id is null
        and placed.touchpoint_type in (
            {%- for kind in var('journey_onboarding_activities') %}
            'activity_{{ kind }}'{{ ',' if not loop.last }}
            {%- endfor %}
        )
