{# The key of the person an e-mail address belongs to. The address must be lower case and trimmed. #}
{% macro person_id(email) -%}
    md5({{ email }})
{%- endmacro %}

{# True for addresses that a function of a company answers, not one person. #}
{% macro is_role_address(email) -%}
    substring({{ email }}, 1, position('@' in {{ email }}) - 1) in (
        'accounting', 'accounts', 'admin', 'billing', 'contact', 'finance', 'hello', 'help', 'info', 'invoices', 'it',
        'mail', 'marketing', 'office', 'purchasing', 'sales', 'service', 'support', 'team'
    )
{%- endmacro %}
