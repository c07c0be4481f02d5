-- Grain: metric_name × need. A metric is empty, never wrong, while one of its needs is not met.
select
    needs.metric_name,
    needs.need,
    max(case when inputs.is_given then 1 else 0 end) = 1 as is_met,
    case when max(case when inputs.is_given then 1 else 0 end) = 0 then min(inputs.reason_if_not) end as reason
from {{ ref('metric_needs') }} as needs
inner join {{ ref('metric_inputs') }} as inputs on needs.input_name = inputs.input_name
group by 1, 2
