-- Grain: one HubSpot company as an account. The acquisition channel is the company's own property where it is filled,
-- HubSpot's original traffic source otherwise.
with

companies as (
    select * from {{ ref('stg_hubspot__companies') }}
),

portals as (
    select * from {{ ref('stg_hubspot__portals') }}
),

traffic_sources as (
    select * from {{ ref('stg_hubspot__traffic_sources') }}
),

merged_away as (
    select * from {{ ref('stg_hubspot__merges') }}
    where object_type = 'companies'
)

select
    companies.source_instance,
    companies.company_id as source_record_id,
    companies.name,
    nullif(
        regexp_replace(lower(trim(companies.domain)), '^([a-z]+://)?(www\.)?([^/]*).*$', '\3'), ''
    ) as domain,
    companies.industry,
    companies.segment,
    companies.region,
    case when regexp_matches(trim(companies.country), '^[A-Za-z]{2}$') then upper(trim(companies.country)) end
        as country_code,
    companies.employee_count,
    companies.annual_revenue,
    case
        when companies.annual_revenue is not null
            then upper(coalesce(companies.annual_revenue_currency, portals.company_currency))
    end as currency_code,
    coalesce(companies.acquisition_channel, traffic_sources.channel) as acquisition_channel,
    lower(companies.lifecycle_stage) as lifecycle_stage,
    {{ record_id('companies.source_instance', 'coalesce(merged_away.survivor_id, companies.parent_company_id)') }}
        as parent_account_id,
    {{ record_id('companies.source_instance', 'companies.owner_id') }} as owner_id,
    companies.created_at,
    companies.updated_at,
    companies.is_deleted,
    {{ record_id('companies.source_instance', 'companies.merged_into_company_id') }} as merged_into_account_id
from companies
left join portals on companies.source_instance = portals.source_instance
left join traffic_sources on companies.traffic_source = traffic_sources.traffic_source
left join merged_away
    on
        companies.source_instance = merged_away.source_instance
        and companies.parent_company_id = merged_away.merged_id
