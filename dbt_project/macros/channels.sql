{# The channel a visit came through, from its campaign parameters and referrer; reads the columns of `sessions`. #}
{% macro session_channel() -%}
    case
        when utm_medium in ('cpc', 'ppc', 'paidsearch', 'paid_search') then 'paid_search'
        when utm_medium in ('paid_social', 'paidsocial', 'social_paid') then 'paid_social'
        when utm_medium in ('display', 'banner') then 'display'
        when utm_medium = 'video' then 'video'
        when utm_medium in ('email', 'newsletter') then 'email'
        when utm_medium in ('partner', 'affiliate') then 'partner'
        when referrer_type = 'search' then 'organic_search'
        when referrer_type = 'social' then 'social'
        when referrer_type = 'website' then 'referral'
        when referrer_type = 'direct' then 'direct'
        else 'other'
    end
{%- endmacro %}
