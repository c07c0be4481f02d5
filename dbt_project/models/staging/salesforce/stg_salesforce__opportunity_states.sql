-- Grain: one row of OpportunityHistory: what an opportunity looked like after a change of stage, amount, probability or
-- close date. Of several rows at one instant the one written last counts.
with

histories as (
    select
        source_instance,
        id as state_id,
        opportunity_id,
        created_date as changed_at,
        stage_name as stage_code,
        amount,
        close_date,
        currency_iso_code as currency_code,
        row_number() over (
            partition by source_instance, opportunity_id, created_date order by system_modstamp desc, id desc
        ) as recency
    from {{ raw('salesforce', 'opportunity_history') }}
)

select
    source_instance,
    state_id,
    opportunity_id,
    changed_at,
    stage_code,
    amount,
    close_date,
    currency_code
from histories
where recency = 1
