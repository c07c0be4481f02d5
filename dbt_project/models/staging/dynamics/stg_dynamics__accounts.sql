-- Grain: one Dynamics account, those deleted or merged away included.
select
    source_instance,
    accountid as account_id,
    name,
    websiteurl as web_site,
    industrycode_label as industry,
    coalesce(segment_label, segment) as segment,
    coalesce(region_label, region, territoryid_label) as region,
    coalesce(acquisition_channel_label, acquisition_channel) as acquisition_channel,
    customertypecode_label as relationship,
    address1_country as country,
    numberofemployees as employee_count,
    revenue as annual_revenue,
    transactioncurrencyid as currency_id,
    parentaccountid as parent_account_id,
    originatingleadid as originating_lead_id,
    case when coalesce(ownerid_type, '') <> 'team' then ownerid end as owner_id,
    masterid as merged_into_account_id,
    createdon as created_at,
    modifiedon as updated_at,
    coalesce(merged, false) or coalesce(_is_deleted, false) as is_deleted
from {{ raw('dynamics', 'accounts') }}
