-- Grain: one contact, those gone included.
select
    source_instance,
    id as contact_id,
    name,
    nullif(lower(trim(email)), '') as email,
    role
from {{ raw('intercom', 'contacts') }}
