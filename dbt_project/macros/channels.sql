{# What Google calls the category of a source: `search`, `social`, `video`, `shopping`, else NULL. A name without a dot
   stands for itself and its `.com`; what a site sends its visitors out through is listed beside it. Chosen on 25 November
   2026 from the sites of Google's published list of source categories (support.google.com/analytics/answer/9756891)
   that are in use today. #}
{% macro source_category(source) -%}
    {%- set sites = {
        'shopping': [
            'alibaba', 'aliexpress', 'amazon', 'amazon.ca', 'amazon.co.jp', 'amazon.co.uk', 'amazon.com.au', 'amazon.de',
            'amazon.es', 'amazon.fr', 'amazon.in', 'amazon.it', 'ebay', 'ebay.co.uk', 'ebay.com.au', 'ebay.de', 'ebay.fr',
            'ebay.it', 'etsy', 'google shopping', 'igshopping', 'mercadolibre', 'mercadolibre.com.ar',
            'mercadolibre.com.mx', 'shop.app', 'shopify', 'shopping.google.com', 'shopping.naver.com',
            'shopping.yahoo.co.jp', 'shopping.yahoo.com', 'shopzilla', 'walmart'
        ],
        'search': [
            '360.cn', 'aol', 'ask', 'baidu', 'biglobe.ne.jp', 'bing', 'cn.bing.com', 'daum', 'daum.net', 'dogpile',
            'duckduckgo', 'ecosia', 'ecosia.org', 'google', 'lycos', 'm.baidu.com', 'm.naver.com', 'm.search.naver.com',
            'm.sogou.com', 'msn', 'naver', 'onet', 'onet.pl', 'qwant', 'rakuten', 'rakuten.co.jp', 'rambler',
            'rambler.ru', 'search.aol.com', 'search.naver.com', 'search.yahoo.com', 'seznam', 'seznam.cz', 'so.com',
            'sogou', 'startpage', 'virgilio', 'yahoo', 'yahoo.co.jp', 'yandex', 'yandex.by', 'yandex.com.tr', 'yandex.kz',
            'yandex.ru'
        ],
        'social': [
            'away.vk.com', 'blogger', 'blogspot', 'deviantart', 'digg', 'douban', 'facebook', 'fb', 'fb.me', 'flickr',
            'flipboard', 'foursquare', 'glassdoor', 'goodreads', 'groups.google.com', 'hootsuite', 'houzz', 'ig',
            'instagram', 'kakao', 'l.facebook.com', 'l.instagram.com', 'l.messenger.com', 'line', 'line.me', 'linkedin',
            'livejournal', 'lm.facebook.com', 'lnkd.in', 'm.facebook.com', 'm.vk.com', 'medium.com', 'meetup',
            'messenger', 'mixi.jp', 'mobile.facebook.com', 'myspace', 'news.ycombinator.com', 'odnoklassniki.ru',
            'old.reddit.com', 'out.reddit.com', 'pinterest', 'pinterest.ca', 'pinterest.co.uk', 'pinterest.com.au',
            'pinterest.de', 'pinterest.es', 'pinterest.fr', 'pinterest.it', 'quora', 'qzone.qq.com', 'reddit',
            'researchgate.net', 'skype', 'slideshare.net', 'snapchat', 'stackexchange', 'stackoverflow', 't.co', 't.me',
            'tiktok', 'tripadvisor', 'tumblr', 'twitter', 'vk.com', 'vkontakte.ru', 'wechat', 'weibo', 'whatsapp',
            'wordpress', 'x', 'xing', 'yammer', 'yelp', 'yelp.co.uk'
        ],
        'video': [
            'crackle', 'curiositystream', 'd.tube', 'dailymotion', 'disneyplus', 'fast.wistia.net', 'hulu', 'iq.com',
            'iqiyi', 'm.twitch.tv', 'm.youtube.com', 'music.youtube.com', 'netflix', 'player.twitch.tv',
            'player.vimeo.com', 'ted', 'twitch', 'twitch.tv', 'utreon', 'veoh', 'vimeo', 'wistia', 'youku', 'youtu.be',
            'youtube'
        ]
    } -%}
    case
        {%- for category, names in sites.items() %}
        when {{ source }} in (
            {%- for name in names -%}
            '{{ name }}'{% if '.' not in name %}, '{{ name }}.com'{% endif %}{{ ', ' if not loop.last }}
            {%- endfor -%}
        ) then '{{ category }}'
        {%- endfor %}
    end
{%- endmacro %}

{# Whether a text has a part that fits the regular expression, whose syntax must be one that all engines share. #}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches', 'revops')(text, pattern)) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    {{ text }} rlike '{{ pattern }}'
{%- endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}
