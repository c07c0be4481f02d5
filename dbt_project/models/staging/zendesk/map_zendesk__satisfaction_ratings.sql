-- Grain: one rating that was given; offers without an answer are not ratings. Zendesk knows good and bad only.
select
    source_instance,
    rating_id as source_record_id,
    {{ record_id('source_instance', 'ticket_id') }} as conversation_id,
    case when score like 'good%' then 'good' else 'bad' end as score,
    rated_at
from {{ ref('stg_zendesk__satisfaction_ratings') }}
where score like 'good%' or score like 'bad%'
