-- Grain: one reward, amount in units: rewards come in the currency's minor unit, cents but whole yen.
select
    source_instance,
    key as reward_id,
    partner_key,
    cast(amount as decimal(18, 0)) * case
        when upper(currency) in ('CLP', 'ISK', 'JPY', 'KRW', 'PYG', 'VND', 'XAF', 'XOF', 'XPF')
            then cast('1' as decimal(3, 2))
        else cast('0.01' as decimal(3, 2))
    end as amount,
    upper(currency) as currency_code,
    lower(reward_status) as status,
    lower(trigger_type) as trigger_type,
    trigger_key,
    created_at as earned_at,
    updated_at
from {{ raw('partnerstack', 'rewards') }}
where not coalesce(_is_deleted, false)
