-- Grain: one of HubSpot's original traffic sources, with the acquisition channel it means here. A source that is not
-- listed, such as OFFLINE (an import or a person typed it in), tells of no channel.
select
    source.traffic_source,
    source.channel
from (
    values
    ('PAID_SEARCH', 'paid_search'),
    ('ORGANIC_SEARCH', 'organic_search'),
    ('EMAIL_MARKETING', 'email'),
    ('REFERRALS', 'referral'),
    ('DIRECT_TRAFFIC', 'direct'),
    ('SOCIAL_MEDIA', 'organic_social'),
    ('PAID_SOCIAL', 'paid_social'),
    ('AI_REFERRALS', 'ai_referral'),
    ('OTHER_CAMPAIGNS', 'unassigned')
) as source (traffic_source, channel)
