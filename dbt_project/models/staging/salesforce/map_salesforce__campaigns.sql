-- Grain: one campaign that is not deleted.
select
    campaigns.source_instance,
    campaigns.campaign_id as source_record_id,
    campaigns.name,
    case
        when lower(campaigns.campaign_type) like '%email%' then 'email'
        when lower(campaigns.campaign_type) like '%partner%' then 'partner'
        when lower(campaigns.campaign_type) like '%search%' then 'paid_search'
        when lower(campaigns.campaign_type) like '%social%' then 'paid_social'
        when lower(campaigns.campaign_type) like '%banner%' or lower(campaigns.campaign_type) like '%advert%'
            then 'display'
        when regexp_matches(lower(campaigns.campaign_type), 'event|webinar|seminar|conference|trade|fair|show')
            then 'event'
        else 'other'
    end as channel,
    'salesforce' as platform,
    null as utm_campaign,
    lower(campaigns.status) as status,
    coalesce(campaigns.currency_code, organizations.currency_code) as currency_code,
    {{ starts_at('campaigns.start_date') }} as started_at,
    {{ starts_at('campaigns.end_date') }} as ended_at
from {{ ref('stg_salesforce__campaigns') }} as campaigns
left join {{ ref('stg_salesforce__organizations') }} as organizations
    on campaigns.source_instance = organizations.source_instance
where not campaigns.is_deleted
