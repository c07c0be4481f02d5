-- Grain: one reward. What a withdrawal has begun for counts as paid: the programme no longer owes it.
with rewards as (

    select * from {{ ref('stg_partnerstack__rewards') }}

),

partners as (

    select * from {{ ref('stg_partnerstack__partnerships') }}

)

select
    rewards.source_instance,
    rewards.reward_id as source_record_id,
    {{ record_id('rewards.source_instance', 'coalesce(partners.partnership_id, rewards.partner_key)') }} as partner_id,
    case
        when rewards.trigger_type in ('deal', 'lead')
            then {{ record_id('rewards.source_instance', 'rewards.trigger_key') }}
    end as referral_id,
    rewards.amount,
    rewards.currency_code,
    case
        when rewards.status in ('paid', 'withdrawn', 'in_transit', 'paid_externally') then 'paid'
        when rewards.status in ('approved', 'ready', 'available') then 'approved'
        when rewards.status in ('declined', 'expired', 'failed', 'refunded', 'paid_and_refunded') then 'declined'
        when rewards.status is not null then 'pending'
    end as status,
    rewards.earned_at,
    rewards.updated_at
from rewards
left join partners
    on rewards.source_instance = partners.source_instance and rewards.partner_key = partners.partner_key
