{# An e-mail address as it is compared: lower case, without blanks and without a tag after `+`; Gmail ignores dots too.
   NULL for what is no address. #}
{% macro address(email) -%}
    case
        when lower(trim({{ email }})) like '%_@gmail.com' or lower(trim({{ email }})) like '%_@googlemail.com'
            then replace({{ untagged(email) }}, '.', '') || '@gmail.com'
        when {{ email }} like '%_@_%' then {{ untagged(email) }} || '@' || {{ address_domain(email) }}
    end
{%- endmacro %}

{% macro untagged(email) -%}
    case
        when position('+' in trim({{ email }})) between 2 and position('@' in trim({{ email }})) - 1
            then lower(substring(trim({{ email }}), 1, position('+' in trim({{ email }})) - 1))
        else lower(substring(trim({{ email }}), 1, position('@' in trim({{ email }})) - 1))
    end
{%- endmacro %}

{# What follows the @ of an address, lower case. #}
{% macro address_domain(email) -%}
    lower(substring(trim({{ email }}), position('@' in trim({{ email }})) + 1))
{%- endmacro %}

{# A web domain as it is compared: lower case, without scheme, `www.` and path. NULL for an empty one. #}
{% macro web_domain(domain) -%}
    {%- set bare = "replace(replace('/' || lower(trim(" ~ domain ~ ")), '/https://', '/'), '/http://', '/')" -%}
    {%- set host = "substring(replace(" ~ bare ~ ", '/www.', '/'), 2)" -%}
    nullif(substring({{ host }}, 1, position('/' in {{ host }} || '/') - 1), '')
{%- endmacro %}

{# True for addresses that a function of a company answers, not one person. #}
{% macro is_role_address(email) -%}
    substring({{ email }}, 1, position('@' in {{ email }}) - 1) in (
        'abuse', 'accounting', 'accounts', 'accountspayable', 'admin', 'ap', 'billing', 'contact', 'customerservice',
        'donotreply', 'enquiries', 'finance', 'hello', 'help', 'helpdesk', 'hr', 'info', 'invoice', 'invoices', 'it',
        'jobs', 'legal', 'mail', 'marketing', 'no-reply', 'noreply', 'office', 'orders', 'postmaster', 'press',
        'procurement', 'purchasing', 'reception', 'sales', 'service', 'support', 'team', 'webmaster'
        {%- for name in var('identity_role_addresses') %}, {{ literal(name | lower) }}{% endfor %}
    )
{%- endmacro %}

{# True for domains where anybody may have an address, so that it says nothing about an employer. #}
{% macro is_free_mail(domain) -%}
    {{ domain }} in (
        '163.com', '126.com', 'abv.bg', 'aol.com', 'bk.ru', 'fastmail.com', 'free.fr', 'gmail.com', 'gmx.at', 'gmx.de',
        'gmx.net', 'googlemail.com', 'hey.com', 'hotmail.co.uk', 'hotmail.com', 'hotmail.de', 'hotmail.fr', 'icloud.com',
        'inbox.ru', 'laposte.net', 'libero.it', 'list.ru', 'live.com', 'mac.com', 'mail.bg', 'mail.com', 'mail.ru',
        'me.com', 'msn.com', 'naver.com', 'orange.fr', 'outlook.com', 'outlook.de', 'outlook.fr', 'pm.me', 'proton.me',
        'protonmail.com', 'qq.com', 'rambler.ru', 'seznam.cz', 't-online.de', 'ukr.net', 'wanadoo.fr', 'web.de', 'wp.pl',
        'yahoo.co.jp', 'yahoo.co.uk', 'yahoo.com', 'yahoo.de', 'yahoo.fr', 'yandex.ru', 'ymail.com', 'zoho.com'
        {%- for name in var('identity_free_mail_domains') %}, {{ literal(name | lower) }}{% endfor %}
    )
{%- endmacro %}

{# True for records that somebody left while trying something out: they speak of nobody. `email` is an `address`. #}
{% macro is_test_record(email, first_name="''", last_name="''") -%}
    {%- set words = "('test', 'tester', 'testing', 'testuser', 'asdf', 'dummy', 'qwerty')" -%}
    (
        coalesce(substring({{ email }}, 1, position('@' in {{ email }}) - 1) in {{ words }}, false)
        or coalesce(lower(trim({{ first_name }})) in {{ words }}, false)
        or coalesce(lower(trim({{ first_name }})) || lower(trim({{ last_name }})) in {{ words }}, false)
        or coalesce(
            {{ address_domain(email) }} in (
                'example.com', 'example.net', 'example.org', 'mailinator.com', 'test.com'
                {%- for name in var('identity_test_domains') %}, {{ literal(name | lower) }}{% endfor %}
            ), false
        )
    )
{%- endmacro %}

{# A telephone number as it is compared: digits only. NULL for fewer than seven, which an extension may have. #}
{% macro phone_digits(phone) -%}
    {%- set ns = namespace(text=phone) -%}
    {%- for sign in [' ', '-', '(', ')', '+', '.', '/'] -%}
        {%- set ns.text = "replace(" ~ ns.text ~ ", '" ~ sign ~ "', '')" -%}
    {%- endfor -%}
    case when length({{ ns.text }}) >= 7 then {{ ns.text }} end
{%- endmacro %}

{# What a ledger of records adds: those of `placements` that are new or have changed owner, dated by this refresh. #}
{% macro owned_since(placements, owner) -%}
select
    placed.record_type,
    placed.record_id,
    placed.{{ owner }},
    moment.known_at as matched_at
from {{ placements }} as placed
cross join {{ ref('identity_moment') }} as moment
{% if is_incremental() -%}
left join {{ this }} as told
    on
        placed.record_type = told.record_type
        and placed.record_id = told.record_id
        and placed.{{ owner }} = told.{{ owner }}
where told.record_id is null
{%- endif %}
{%- endmacro %}
