{# The columns together identify a row: no combination occurs twice and none of them is NULL. #}
{% test unique_key_of(model, columns) %}
select {{ columns | join(', ') }}, count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
union all
select {{ columns | join(', ') }}, 1 as row_count
from {{ model }}
where {{ columns | join(' is null or ') }} is null
{% endtest %}
