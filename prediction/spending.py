"""What customers will spend on a purchase: Gamma-Gamma (Fader and Hardie 2013, "The Gamma-Gamma Model of Monetary
Value", a note at brucehardie.com).

Purchases of a customer vary around its own mean (shape p); the means vary over customers (q, gamma). How much a
customer spends is taken to be independent of how often it buys.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln  # type: ignore[import-untyped]

from prediction.errors import NotFitted
from prediction.likelihood import FEWEST_REPEAT_BUYERS, Array, maximise


@dataclass(frozen=True)
class GammaGamma:
    """A fitted model; `gamma` is in the unit of the amounts it was fitted to."""

    p: float
    q: float
    gamma: float

    def expected_amount(self, x: Array, mean_amount: Array) -> Array:
        """The amount of a further purchase, given the mean of `x` repeat purchases. Equation (5).

        Without one (x = 0, whatever `mean_amount`) it is the mean of all customers, infinite where q ≤ 1.
        """
        spent = np.where(x > 0, x * mean_amount, 0.0)
        weight = self.p * x + self.q - 1
        return np.where(weight > 0, (self.gamma + spent) * self.p / np.where(weight > 0, weight, 1), np.inf)


def log_likelihood(model: GammaGamma, x: Array, mean_amount: Array) -> Array:
    """Of the mean amount of each customer with x ≥ 1 repeat purchases. Equation (1a)."""
    p, q, gamma = model.p, model.q, model.gamma
    counts = np.arange(1, int(x.max(initial=1)) + 1)  # Few counts, many customers: the costly functions once for each.
    of_count = gammaln(p * counts + q) - gammaln(p * counts) - gammaln(q) + q * np.log(gamma)
    return (
        of_count[x.astype(np.intp) - 1]
        + p * x * np.log(x)
        + (p * x - 1) * np.log(mean_amount)
        - (p * x + q) * np.log(gamma + x * mean_amount)
    )


def fit_spending(x: Array, mean_amount: Array) -> GammaGamma:
    """The most likely model of customers with `x` ≥ 1 repeat purchases of `mean_amount` > 0 on average.

    Raises ValueError for other customers and NotFitted when there are too few, or when their spending does not vary
    around a mean (q ≤ 1).
    """
    if np.any(x < 1) or np.any(mean_amount <= 0):
        raise ValueError("only customers with repeat purchases of a positive amount tell what they spend")
    if len(x) < FEWEST_REPEAT_BUYERS:
        raise NotFitted(f"{len(x)} customers bought again for money, {FEWEST_REPEAT_BUYERS} are needed")
    unit = float(mean_amount.mean())
    alike, weights = np.unique(np.column_stack([x, mean_amount / unit]), axis=0, return_counts=True)
    share = weights / weights.sum()
    columns = alike[:, 0], alike[:, 1]
    p, q, gamma = maximise(lambda values: float(share @ log_likelihood(GammaGamma(*values), *columns)), 3)
    if q <= 1:
        raise NotFitted("spending varies so much between customers that it has no mean")
    return GammaGamma(float(p), float(q), float(gamma * unit))
