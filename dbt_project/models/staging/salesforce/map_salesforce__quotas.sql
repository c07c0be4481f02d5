-- Grain: one quota of a user for a period. Salesforce has none for teams.
select
    quotas.source_instance,
    quotas.quota_id as source_record_id,
    {{ record_id('quotas.source_instance', 'quotas.owner_id') }} as owner_id,
    null as team_id,
    periods.start_date as period_start_date,
    periods.end_date as period_end_date,
    quotas.amount,
    coalesce(quotas.currency_code, organizations.currency_code) as currency_code
from {{ ref('stg_salesforce__quotas') }} as quotas
inner join {{ ref('stg_salesforce__periods') }} as periods
    on quotas.source_instance = periods.source_instance and quotas.period_id = periods.period_id
left join {{ ref('stg_salesforce__organizations') }} as organizations
    on quotas.source_instance = organizations.source_instance
where periods.start_date is not null and periods.end_date is not null
