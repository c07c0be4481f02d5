-- Grain: one task or event. `WhoId` is a contact or a lead, `WhatId` an account, an opportunity or anything else: the
-- first three characters of an id tell.
select
    source_instance,
    activity_id as source_record_id,
    activity_type,
    direction,
    occurred_at,
    duration_minutes,
    {{ record_id('source_instance', "case when owner_id like '005%' then owner_id end") }} as owner_id,
    {{ record_id('source_instance', "coalesce(account_id, case when what_id like '001%' then what_id end)") }}
        as account_id,
    {{ record_id('source_instance', "case when who_id like '003%' then who_id end") }} as contact_id,
    {{ record_id('source_instance', "case when who_id like '00Q%' then who_id end") }} as lead_id,
    {{ record_id('source_instance', "case when what_id like '006%' then what_id end") }} as opportunity_id,
    updated_at,
    is_deleted
from {{ ref('stg_salesforce__activities') }}
