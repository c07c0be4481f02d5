{#
  A value of Dynamics' audit log in the form of the column: money as a plain decimal, a day in ISO's form, of a lookup
  (`systemuser,<id>`) the id. A deal that a team owns has no owner; a value that cannot be read becomes NULL, which an
  expectation reports.
#}
{% macro dynamics_audited(attribute, value) -%}
    case
        when {{ attribute }} in ('estimatedvalue', 'actualvalue')
            then cast(try_cast({{ value }} as decimal(18, 2)) as varchar)
        when {{ attribute }} in ('estimatedclosedate', 'actualclosedate')
            then cast(
                coalesce(
                    try_cast({{ value }} as date),
                    cast(try_strptime({{ value }}, ['%m/%d/%Y %H:%M:%S', '%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y']) as date)
                ) as varchar
            )
        when {{ attribute }} = 'ownerid' and {{ value }} like 'team,%' then null
        when {{ attribute }} in ('ownerid', 'transactioncurrencyid')
            then nullif(lower(regexp_extract({{ value }}, '[0-9A-Fa-f-]{36}$')), '')
        else nullif(trim({{ value }}), '')
    end
{%- endmacro %}

{# The stage of a deal: won or lost once it is, else its phase, else its stage in the business process flow. #}
{% macro dynamics_stage(state_code, step_name, process_stage) -%}
    case cast({{ state_code }} as varchar)
        when '1' then 'won'
        when '2' then 'lost'
        else coalesce({{ step_name }}, {{ process_stage }})
    end
{%- endmacro %}

{# What a deal is worth: what was won once it is, else what is expected. #}
{% macro dynamics_amount(state_code, estimated_value, actual_value) -%}
    case
        when cast({{ state_code }} as varchar) = '1' then coalesce({{ actual_value }}, {{ estimated_value }})
        else {{ estimated_value }}
    end
{%- endmacro %}

{# When a deal closed once it has, else when it is expected to. #}
{% macro dynamics_close_date(state_code, estimated_close_date, actual_close_date) -%}
    case
        when cast({{ state_code }} as varchar) in ('1', '2')
            then coalesce({{ actual_close_date }}, {{ estimated_close_date }})
        else {{ estimated_close_date }}
    end
{%- endmacro %}
