-- Grain: one opportunity. Its close date has no time: a closed one closed at the moment it reached its stage if that
-- was on the close date, and on the close date if not (it was back-dated or imported).
with

opportunities as (
    select * from {{ ref('stg_salesforce__opportunities') }}
),

organizations as (
    select * from {{ ref('stg_salesforce__organizations') }}
),

stage_reached as (
    select
        source_instance,
        opportunity_id,
        max(changed_at) as stage_reached_at
    from {{ ref('stg_salesforce__opportunity_changes') }}
    where field_name = 'stage_code'
    group by source_instance, opportunity_id
)

select
    opportunities.source_instance,
    opportunities.opportunity_id as source_record_id,
    opportunities.name,
    {{ record_id('opportunities.source_instance', 'opportunities.account_id') }} as account_id,
    {{ record_id('opportunities.source_instance', 'opportunities.owner_id') }} as owner_id,
    null as product_id,
    {{ record_id('opportunities.source_instance', 'opportunities.campaign_id') }} as campaign_id,
    opportunities.partner_key as partner_reference,
    case
        when lower(opportunities.opportunity_kind) like '%renew%' then 'renewal'
        when lower(opportunities.opportunity_kind) like 'new%' then 'new_business'
        when regexp_matches(lower(opportunities.opportunity_kind), 'existing|expansion|add-?on|up-?sell|upgrade')
            then 'expansion'
    end as opportunity_type,
    null as pipeline_name,
    opportunities.stage_code,
    case opportunities.forecast_category
        when 'Omitted' then 'omitted'
        when 'Pipeline' then 'pipeline'
        when 'BestCase' then 'best_case'
        when 'MostLikely' then 'most_likely'
        when 'Forecast' then 'commit'
        when 'Closed' then 'closed'
    end as forecast_category,
    opportunities.amount,
    coalesce(opportunities.currency_code, organizations.currency_code) as currency_code,
    opportunities.created_at,
    opportunities.close_date as expected_close_date,
    case
        when not opportunities.is_closed then null
        when cast(stage_reached.stage_reached_at as date) = opportunities.close_date then stage_reached.stage_reached_at
        else coalesce({{ starts_at('opportunities.close_date') }}, stage_reached.stage_reached_at)
    end as closed_at,
    opportunities.is_closed,
    opportunities.is_won,
    opportunities.loss_reason,
    opportunities.updated_at,
    opportunities.is_deleted,
    opportunities.deleted_at,
    null as merged_into_opportunity_id
from opportunities
left join organizations on opportunities.source_instance = organizations.source_instance
left join stage_reached
    on
        opportunities.source_instance = stage_reached.source_instance
        and opportunities.opportunity_id = stage_reached.opportunity_id
