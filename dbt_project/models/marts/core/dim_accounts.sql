-- Grain: account_id, every organisation, with what is known of it now; as of other days see fct_account_states. An
-- organisation is the account record that survived all merges (the others are in dim_account_records), or a billing
-- customer for whom no account is known, so that nobody who pays is missing.
with organisations as (
    select
        account_id,
        true as is_crm_account,
        source_instance,
        name,
        domain,
        industry,
        segment,
        region,
        country_code,
        employee_count,
        acquisition_channel,
        lifecycle_stage,
        parent_account_id,
        owner_id,
        created_at,
        is_deleted,
        custom_fields
    from {{ ref('dim_account_records') }}
    where account_id = surviving_account_id

    union all

    select
        customer_id,
        false,
        source_instance,
        name,
        null,
        industry,
        segment,
        region,
        country_code,
        null,
        acquisition_channel,
        null,
        null,
        null,
        created_at,
        is_deleted,
        null
    from {{ ref('dim_customers') }}
    where account_id is null
)

select
    organisations.account_id,
    organisations.is_crm_account,
    organisations.source_instance,
    organisations.name,
    organisations.domain,
    organisations.industry,
    organisations.segment,
    organisations.region,
    organisations.country_code,
    organisations.employee_count,
    organisations.acquisition_channel,
    organisations.lifecycle_stage,
    organisations.parent_account_id,
    organisations.owner_id,
    organisations.created_at,
    organisations.is_deleted,
    organisations.custom_fields,
    states.stage,
    states.deal_owner_id,
    cast(case when states.account_id is null then 0 else states.mrr end as decimal(18, 2)) as mrr,
    cast(case when states.account_id is null then 0 else states.mrr_before end as decimal(18, 2)) as mrr_before,
    cast(case when states.account_id is null then 0 else states.open_pipeline_amount end as decimal(18, 2))
        as open_pipeline_amount,
    coalesce(states.open_opportunity_count, 0) as open_opportunity_count,
    states.last_touch_at,
    coalesce(states.open_conversation_count, 0) as open_conversation_count,
    coalesce(states.late_conversation_count, 0) as late_conversation_count,
    coalesce(states.recent_conversation_count, 0) as recent_conversation_count,
    coalesce(states.overdue_bill_count, 0) as overdue_bill_count,
    coalesce(states.is_cancelling, false) as is_cancelling,
    states.health,
    states.health_reason
from organisations
left join {{ ref('fct_account_states') }} as states
    on organisations.account_id = states.account_id and states.is_current
