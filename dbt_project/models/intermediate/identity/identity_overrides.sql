-- Grain: left_node × right_node. What a reviewer has decided: the two are one, or are not. From the file that the
-- setting `identity.overrides` names.
{%- set decisions = var('identity_overrides') %}
{%- if decisions %}
{%- for decision in decisions %}
select
    cast({{ literal(decision.subject) }} as {{ dbt.type_string() }}) as subject,
    cast({{ literal(decision.left) }} as {{ dbt.type_string() }}) as left_node,
    cast({{ literal(decision.right) }} as {{ dbt.type_string() }}) as right_node,
    cast({{ literal(decision.decision) }} as {{ dbt.type_string() }}) as decision
{{ 'union all' if not loop.last }}
{%- endfor %}
{%- else %}
select
    cast(null as {{ dbt.type_string() }}) as subject,
    cast(null as {{ dbt.type_string() }}) as left_node,
    cast(null as {{ dbt.type_string() }}) as right_node,
    cast(null as {{ dbt.type_string() }}) as decision
where 1 = 0
{%- endif %}
