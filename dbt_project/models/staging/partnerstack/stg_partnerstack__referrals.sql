-- Grain: one record, a lead or a deal. Amounts come in the currency's minor unit: cents, but whole yen.
with leads as (

    select
        source_instance,
        key as referral_id,
        'lead' as kind,
        partner_key,
        nullif(lower(trim(email)), '') as email,
        company as company_name,
        external_key,
        lower(status) as status,
        amount,
        upper(currency) as currency_code,
        created_at as registered_at,
        updated_at,
        coalesce(archived, false) or _is_deleted as is_deleted
    from {{ raw('partnerstack', 'leads') }}

),

deals as (

    select
        source_instance,
        key as referral_id,
        'deal' as kind,
        partner_key,
        nullif(lower(trim(contact_email)), '') as email,
        account_name as company_name,
        external_key,
        lower(stage) as status,
        amount,
        upper(currency) as currency_code,
        created_at as registered_at,
        updated_at,
        coalesce(archived, false) or _is_deleted as is_deleted
    from {{ raw('partnerstack', 'deals') }}

),

unioned as (

    select * from leads
    union all
    select * from deals

)

select
    * exclude (amount),
    cast(amount as decimal(18, 0)) * case
        when currency_code in ('CLP', 'ISK', 'JPY', 'KRW', 'PYG', 'VND', 'XAF', 'XOF', 'XPF')
            then cast('1' as decimal(3, 2))
        else cast('0.01' as decimal(3, 2))
    end as amount
from unioned
