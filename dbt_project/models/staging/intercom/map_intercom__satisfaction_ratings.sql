-- Grain: one rated conversation. Of five faces the upper two are good, the middle one neutral, the lower two bad.
select
    source_instance,
    conversation_id as source_record_id,
    {{ record_id('source_instance', 'conversation_id') }} as conversation_id,
    case
        when rating >= 4 then 'good'
        when rating = 3 then 'neutral'
        else 'bad'
    end as score,
    rated_at
from {{ ref('stg_intercom__conversations') }}
where rating is not null
