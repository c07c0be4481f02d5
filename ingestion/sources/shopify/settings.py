"""What a Shopify connection needs to know."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from ingestion.source import SourceSettings


class Settings(SourceSettings):
    """The shop's own address (`https://<shop>.myshopify.com`) and the access token of an app installed in it."""

    base_url: str
    access_token: SecretStr
    """Sent as `X-Shopify-Access-Token`; scopes in the README."""
    api_version: str = Field(default="2026-10", pattern=r"^(\d{4}-\d{2}|unstable)$")
    all_orders: bool = True
    """Whether orders older than 60 days are to be read, for which the token needs `read_all_orders`. Without that
    scope Shopify leaves them out in silence, so a load refuses to begin until it is granted or this is false."""
    money: Literal["shop", "presentment"] = "shop"
    """Amounts in the shop's currency, as Shopify converted them on the day, or in the one the buyer saw."""
    bulk_from: Annotated[int, Field(ge=0)] | Literal["never"] = 5_000
    """Lists longer than this come by a bulk operation, shorter ones by pages."""
    page_size: int = Field(default=50, ge=1, le=250)
    """Records a page. Halved by itself where Shopify finds the query too costly."""
    nested_page_size: int = Field(default=25, ge=1, le=250)
    """Lines of an order, variants of a product and the like that come with their record; the rest is paged."""
    lag_minutes: int = Field(default=60, ge=0)
    """How far before the newest change seen a run begins: the search index runs behind."""
    account_metafield: str = Field(default="custom.crm_account_id", pattern=r"^[\w$:-]+\.[\w-]+$")
    """Metafield of a customer (`namespace.key`) under which the CRM account's id is kept."""
    opportunity_attribute: str = "crm_deal_id"
    """Additional detail of an order under which the CRM deal's id is kept."""
