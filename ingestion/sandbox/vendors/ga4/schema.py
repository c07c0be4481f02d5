"""The columns of a Google Analytics 4 export table, as BigQuery documents them, in Arrow."""

from __future__ import annotations

import pyarrow as pa

STRING, INTEGER, FLOAT, BOOLEAN = pa.string(), pa.int64(), pa.float64(), pa.bool_()


def _texts(*names: str) -> list[pa.Field]:
    return [pa.field(name, STRING) for name in names]


_VALUE = [
    pa.field("string_value", STRING),
    pa.field("int_value", INTEGER),
    pa.field("float_value", FLOAT),
    pa.field("double_value", FLOAT),
]
_PARAMS = pa.list_(pa.struct([pa.field("key", STRING), pa.field("value", pa.struct(_VALUE))]))
_USER_PROPERTIES = pa.list_(
    pa.struct(
        [pa.field("key", STRING), pa.field("value", pa.struct([*_VALUE, pa.field("set_timestamp_micros", INTEGER)]))]
    )
)
_DEVICE = pa.struct(
    [
        *_texts(
            "category",
            "mobile_brand_name",
            "mobile_model_name",
            "mobile_marketing_name",
            "mobile_os_hardware_model",
            "operating_system",
            "operating_system_version",
            "vendor_id",
            "advertising_id",
            "language",
            "is_limited_ad_tracking",
        ),
        pa.field("time_zone_offset_seconds", INTEGER),
        *_texts("browser", "browser_version"),
        pa.field("web_info", pa.struct(_texts("browser", "browser_version", "hostname"))),
    ]
)
_ECOMMERCE = pa.struct(
    [
        pa.field("total_item_quantity", INTEGER),
        *(
            pa.field(name, FLOAT)
            for money in ("purchase_revenue", "refund_value", "shipping_value", "tax_value")
            for name in (f"{money}_in_usd", money)
        ),
        pa.field("unique_items", INTEGER),
        pa.field("transaction_id", STRING),
    ]
)
_ITEMS = pa.list_(
    pa.struct(
        [
            *_texts("item_id", "item_name", "item_brand", "item_variant", "item_category"),
            pa.field("price_in_usd", FLOAT),
            pa.field("price", FLOAT),
            pa.field("quantity", INTEGER),
            pa.field("item_revenue_in_usd", FLOAT),
            pa.field("item_revenue", FLOAT),
            *_texts("coupon", "affiliation", "item_list_id", "item_list_name", "promotion_id", "promotion_name"),
        ]
    )
)
_MANUAL = _texts("campaign_id", "campaign_name", "source", "medium", "term", "content", "source_platform",
                 "creative_format", "marketing_tactic")  # fmt: skip
_SESSION_SOURCE = pa.struct(
    [
        pa.field("manual_campaign", pa.struct(_MANUAL)),
        pa.field(
            "google_ads_campaign",
            pa.struct(
                _texts("customer_id", "account_name", "campaign_id", "campaign_name", "ad_group_id", "ad_group_name")
            ),
        ),
        pa.field(
            "cross_channel_campaign",
            pa.struct(
                _texts(
                    "campaign_id",
                    "campaign_name",
                    "source",
                    "medium",
                    "source_platform",
                    "default_channel_group",
                    "primary_channel_group",
                )
            ),
        ),
    ]
)

EVENTS = pa.schema(
    [
        pa.field("event_date", STRING),
        pa.field("event_timestamp", INTEGER),
        pa.field("event_name", STRING),
        pa.field("event_params", _PARAMS),
        pa.field("event_previous_timestamp", INTEGER),
        pa.field("event_value_in_usd", FLOAT),
        pa.field("event_bundle_sequence_id", INTEGER),
        pa.field("event_server_timestamp_offset", INTEGER),
        pa.field("user_id", STRING),
        pa.field("user_pseudo_id", STRING),
        pa.field("privacy_info", pa.struct(_texts("analytics_storage", "ads_storage", "uses_transient_token"))),
        pa.field("user_properties", _USER_PROPERTIES),
        pa.field("user_first_touch_timestamp", INTEGER),
        pa.field("user_ltv", pa.struct([pa.field("revenue", FLOAT), pa.field("currency", STRING)])),
        pa.field("device", _DEVICE),
        pa.field("geo", pa.struct(_texts("city", "country", "continent", "region", "sub_continent", "metro"))),
        pa.field("app_info", pa.struct(_texts("id", "version", "install_store", "firebase_app_id", "install_source"))),
        pa.field("traffic_source", pa.struct(_texts("name", "medium", "source"))),
        pa.field("stream_id", STRING),
        pa.field("platform", STRING),
        pa.field("event_dimensions", pa.struct(_texts("hostname"))),
        pa.field("ecommerce", _ECOMMERCE),
        pa.field("items", _ITEMS),
        pa.field(
            "collected_traffic_source",
            pa.struct(
                _texts(
                    "manual_campaign_id",
                    "manual_campaign_name",
                    "manual_source",
                    "manual_medium",
                    "manual_term",
                    "manual_content",
                    "manual_source_platform",
                    "manual_creative_format",
                    "manual_marketing_tactic",
                    "gclid",
                    "dclid",
                    "srsltid",
                )
            ),
        ),
        pa.field("is_active_user", BOOLEAN),
        pa.field("batch_event_index", INTEGER),
        pa.field("batch_page_id", INTEGER),
        pa.field("batch_ordering_id", INTEGER),
        pa.field("session_traffic_source_last_click", _SESSION_SOURCE),
    ]
)
