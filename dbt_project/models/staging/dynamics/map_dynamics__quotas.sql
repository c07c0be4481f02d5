-- Grain: one goal set in money, of a user or a team.
with

goals as (
    select * from {{ ref('stg_dynamics__goals') }}
),

currencies as (
    select * from {{ ref('stg_dynamics__currencies') }}
)

select
    goals.source_instance,
    goals.goal_id as source_record_id,
    {{ record_id('goals.source_instance', 'goals.owner_id') }} as owner_id,
    {{ record_id('goals.source_instance', 'goals.team_id') }} as team_id,
    cast(goals.starts_at as date) as period_start_date,
    cast(goals.ends_at as date) as period_end_date,
    goals.target as amount,
    currencies.currency_code
from goals
left join currencies
    on goals.source_instance = currencies.source_instance and goals.currency_id = currencies.currency_id
where goals.starts_at is not null and goals.ends_at is not null
