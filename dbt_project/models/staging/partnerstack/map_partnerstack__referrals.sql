-- Grain: one lead or deal. A lead that became a deal keeps its key: the deal is the referral, registered when the lead was.
with referrals as (

    select * from {{ ref('stg_partnerstack__referrals') }}

),

partners as (

    select * from {{ ref('stg_partnerstack__partnerships') }}

),

furthest as (

    select
        *,
        min(registered_at) over (partition by source_instance, referral_id) as first_registered_at,
        row_number() over (partition by source_instance, referral_id order by kind) as preference
    from referrals

)

select
    furthest.source_instance,
    furthest.referral_id as source_record_id,
    {{ record_id('furthest.source_instance', 'coalesce(partners.partnership_id, furthest.partner_key)') }}
        as partner_id,
    furthest.email,
    furthest.company_name,
    furthest.external_key as opportunity_reference,
    -- Stages are the programme's own words: an unknown one is work in progress, which only starts after approval.
    case
        when furthest.status in ('pending', 'new', 'submitted', 'in_review') then 'pending'
        when furthest.status in ('declined', 'rejected', 'duplicate') then 'declined'
        when furthest.status in ('closed_won', 'won', 'closed won') then 'closed_won'
        when furthest.status in ('closed_lost', 'lost', 'closed lost') then 'closed_lost'
        when furthest.status is not null then 'approved'
    end as status,
    furthest.amount,
    furthest.currency_code,
    furthest.first_registered_at as registered_at,
    furthest.updated_at,
    furthest.is_deleted
from furthest
left join partners
    on furthest.source_instance = partners.source_instance and furthest.partner_key = partners.partner_key
where furthest.preference = 1
