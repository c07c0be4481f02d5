"""Models of what customers without a contract will buy: pure functions of arrays, fitted by maximum likelihood."""

from prediction.errors import NotFitted
from prediction.purchases import BgNbd, fit_purchases
from prediction.spending import GammaGamma, fit_spending

__all__ = ["BgNbd", "GammaGamma", "NotFitted", "fit_purchases", "fit_spending"]
