-- Grain: one HubSpot deal. HubSpot's close date has a day and, where people set it, no time: a closed deal closed at
-- the moment it reached its stage if that was on the close date, and on the close date if not (it was back-dated or
-- imported).
with

deals as (
    select * from {{ ref('stg_hubspot__deals') }}
),

stages as (
    select * from {{ ref('map_hubspot__pipeline_stages') }}
),

portals as (
    select * from {{ ref('stg_hubspot__portals') }}
),

companies as (
    select * from {{ ref('stg_hubspot__associations') }}
    where from_object_type = 'deals' and to_object_type = 'companies' and priority = 1
),

stage_reached as (
    select
        source_instance,
        object_id as deal_id,
        max(changed_at) as stage_reached_at
    from {{ ref('stg_hubspot__property_changes') }}
    where object_type = 'deals' and property = 'dealstage'
    group by source_instance, object_id
),

joined as (
    select
        deals.*,
        stages.pipeline_name,
        companies.to_id as company_id,
        stage_reached.stage_reached_at,
        upper(coalesce(deals.currency_code, portals.company_currency)) as deal_currency,
        coalesce(stages.is_closed, deals.is_closed, false) as is_in_closed_stage,
        coalesce(stages.is_won, deals.is_won, false) as is_in_won_stage
    from deals
    left join stages
        on deals.source_instance = stages.source_instance and deals.stage_id = stages.stage_code
    left join portals on deals.source_instance = portals.source_instance
    left join companies
        on deals.source_instance = companies.source_instance and deals.deal_id = companies.from_id
    left join stage_reached
        on deals.source_instance = stage_reached.source_instance and deals.deal_id = stage_reached.deal_id
)

select
    source_instance,
    deal_id as source_record_id,
    name,
    {{ record_id('source_instance', 'company_id') }} as account_id,
    {{ record_id('source_instance', 'owner_id') }} as owner_id,
    null as product_id,
    null as campaign_id,
    partner_key as partner_reference,
    case deal_type
        when 'newbusiness' then 'new_business'
        when 'existingbusiness' then 'expansion'
        when 'renewal' then 'renewal'
    end as opportunity_type,
    pipeline_name,
    stage_id as stage_code,
    case forecast_category
        when 'OMIT' then 'omitted'
        when 'PIPELINE' then 'pipeline'
        when 'BEST_CASE' then 'best_case'
        when 'COMMIT' then 'commit'
        when 'CLOSED' then 'closed'
    end as forecast_category,
    amount,
    deal_currency as currency_code,
    created_at,
    cast(closes_at as date) as expected_close_date,
    case
        when not is_in_closed_stage then null
        when cast(stage_reached_at as date) = cast(closes_at as date) then stage_reached_at
        else coalesce(closes_at, stage_reached_at)
    end as closed_at,
    is_in_closed_stage as is_closed,
    is_in_won_stage as is_won,
    loss_reason,
    updated_at,
    is_deleted,
    archived_at as deleted_at,
    {{ record_id('source_instance', 'merged_into_deal_id') }} as merged_into_opportunity_id
from joined
