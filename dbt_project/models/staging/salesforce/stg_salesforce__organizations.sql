-- Grain: one Salesforce org, with the currency of records that name none: the corporate currency of a multicurrency
-- org, else what the setting `currency_code` or Salesforce says.
with

organizations as (
    select * from {{ raw('salesforce', 'organization') }}
),

corporate as (
    select
        source_instance,
        max(iso_code) as currency_code
    from {{ raw('salesforce', 'currency_types') }}
    where is_corporate
    group by source_instance
)

select
    organizations.source_instance,
    organizations.id as organization_id,
    organizations.name,
    coalesce(
        corporate.currency_code,
        organizations.configured_currency_code,
        organizations.default_currency_iso_code
    ) as currency_code
from organizations
left join corporate on organizations.source_instance = corporate.source_instance
