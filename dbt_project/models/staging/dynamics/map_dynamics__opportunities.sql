-- Grain: one Dynamics opportunity. The actual close date has no time: a deal closed at the moment its state changed if
-- the audit log has that on the close date, and on the close date if not (it was back-dated, or nothing is audited).
with

deals as (
    select * from {{ ref('stg_dynamics__opportunities') }}
),

currencies as (
    select * from {{ ref('stg_dynamics__currencies') }}
),

deletions as (
    select * from {{ ref('stg_dynamics__deletions') }}
),

closings as (
    select source_instance, record_id, max(changed_at) as closed_at
    from {{ ref('stg_dynamics__audited_values') }}
    where table_name = 'opportunity' and attribute = 'statecode' and new_value in ('1', '2')
    group by source_instance, record_id
),

process_stages as (
    select source_instance, opportunity_id, arg_max(stage_name, reached_at) as stage_name
    from {{ ref('stg_dynamics__stages_reached') }}
    group by source_instance, opportunity_id
)

select
    deals.source_instance,
    deals.opportunity_id as source_record_id,
    deals.name,
    {{ record_id('deals.source_instance', 'deals.account_id') }} as account_id,
    {{ record_id('deals.source_instance', 'deals.owner_id') }} as owner_id,
    null as product_id,
    null as campaign_id,
    deals.partner as partner_reference,
    case
        when deals.opportunity_type ilike '%renew%' then 'renewal'
        when deals.opportunity_type ilike '%new%' then 'new_business'
        when regexp_matches(deals.opportunity_type, 'exist|expan|up.?sell|cross.?sell|add.?on', 'i') then 'expansion'
    end as opportunity_type,
    null as pipeline_name,
    {{ dynamics_stage('deals.state_code', 'deals.step_name', 'process_stages.stage_name') }} as stage_code,
    case deals.forecast_category
        when 100000001 then 'pipeline'
        when 100000002 then 'best_case'
        when 100000003 then 'commit'
        when 100000004 then 'omitted'
        when 100000005 then 'closed'
        when 100000006 then 'closed'
    end as forecast_category,
    {{ dynamics_amount('deals.state_code', 'deals.estimated_value', 'deals.actual_value') }} as amount,
    currencies.currency_code,
    deals.created_at,
    {{ dynamics_close_date('deals.state_code', 'deals.estimated_close_date', 'deals.actual_close_date') }}
        as expected_close_date,
    case
        when coalesce(deals.state_code, 0) = 0 then null
        when cast(closings.closed_at as date) = deals.actual_close_date then closings.closed_at
        else coalesce({{ starts_at('deals.actual_close_date') }}, closings.closed_at)
    end as closed_at,
    coalesce(deals.state_code in (1, 2), false) as is_closed,
    coalesce(deals.state_code = 1, false) as is_won,
    case when deals.state_code = 2 then deals.loss_reason end as loss_reason,
    deals.updated_at,
    deals.is_deleted,
    deletions.deleted_at,
    null as merged_into_opportunity_id
from deals
left join currencies
    on deals.source_instance = currencies.source_instance and deals.currency_id = currencies.currency_id
left join deletions
    on deals.source_instance = deletions.source_instance and deals.opportunity_id = deletions.opportunity_id
left join closings
    on deals.source_instance = closings.source_instance and deals.opportunity_id = closings.record_id
left join process_stages
    on
        deals.source_instance = process_stages.source_instance
        and deals.opportunity_id = process_stages.opportunity_id
