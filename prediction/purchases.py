"""How often customers will buy: BG/NBD (Fader, Hardie and Lee 2005, Marketing Science 24(2), 275–284).

While alive a customer buys at a Poisson rate, which is gamma distributed over customers (r, alpha); after each purchase
it drops out with a probability that is beta distributed (a, b). Three numbers tell a customer: x repeat purchases, the
age t_x at the last of them (0 without any), and the age T now, both in the same unit of time since the first purchase.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, gammaln, hyp2f1  # type: ignore[import-untyped]

from prediction.errors import NotFitted
from prediction.likelihood import FEWEST_REPEAT_BUYERS, Array, maximise


@dataclass(frozen=True)
class BgNbd:
    """A fitted model; `alpha` is in the unit of time of the ages it was fitted to."""

    r: float
    alpha: float
    a: float
    b: float

    def probability_alive(self, x: Array, t_x: Array, T: Array) -> Array:
        """The chance that a customer has not dropped out; 1 for one who has bought once only. (Their section 4.)"""
        return 1 / (1 + self._odds_of_dropout(x, t_x, T))

    def expected_purchases(self, horizon: float, x: Array, t_x: Array, T: Array) -> Array:
        """Purchases to expect within `horizon` from now. Equation (10), after Euler's transformation of 2F1.

        As printed, a power that vanishes multiplies a 2F1 that overflows once x reaches a few hundred; transformed,
        both are moderate. At a = 1 the expression is 0/0, so a is moved by a millionth.
        """
        a = self.a if abs(self.a - 1) > 1e-6 else 1 + 1e-6
        z = horizon / (self.alpha + T + horizon)
        series = hyp2f1(a + self.b - 1 - self.r, a - 1, a + self.b + x - 1, z)
        while_alive = (a + self.b + x - 1) / (a - 1) * (1 - (1 - z) ** (a - 1) * series)
        return while_alive / (1 + self._odds_of_dropout(x, t_x, T))

    def _odds_of_dropout(self, x: Array, t_x: Array, T: Array) -> Array:
        repeated = x > 0
        beyond = ((self.alpha + T) / (self.alpha + t_x)) ** (self.r + x)
        return np.where(repeated, self.a / (self.b + np.where(repeated, x, 1) - 1) * beyond, 0.0)


def log_likelihood(model: BgNbd, x: Array, t_x: Array, T: Array) -> Array:
    """Of each customer. Equation (6), in logarithms throughout, so that no power under- or overflows."""
    r, alpha, a, b = model.r, model.alpha, model.a, model.b
    counts = np.arange(int(x.max(initial=0)) + 1)  # Few counts, many customers: the costly functions once for each.
    of_count = gammaln(r + counts) - gammaln(r) + r * np.log(alpha) + betaln(a, b + counts) - betaln(a, b)
    still_alive = -(r + x) * np.log(alpha + T)
    repeated = x > 0
    dropped_out = np.where(
        repeated,
        np.log(a) - np.log(b + np.where(repeated, x, 1) - 1) - (r + x) * np.log(alpha + t_x),
        -np.inf,
    )
    return of_count[x.astype(np.intp)] + np.logaddexp(still_alive, dropped_out)


def fit_purchases(x: Array, t_x: Array, T: Array) -> BgNbd:
    """The most likely model of customers with `x` repeat purchases, the last at age `t_x`, now of age `T`.

    Ages are scaled to their maximum for the search. Customers who are alike are counted once, with their number. Raises
    ValueError for ages out of order and NotFitted when too few bought again.
    """
    if np.any(t_x > T) or np.any(t_x < 0) or np.any((x == 0) != (t_x == 0)):
        raise ValueError("a last purchase lies after today, before the first, or without a repeat purchase")
    repeat_buyers = int(np.count_nonzero(x))
    if repeat_buyers < FEWEST_REPEAT_BUYERS:
        raise NotFitted(f"{repeat_buyers} customers bought again, {FEWEST_REPEAT_BUYERS} are needed")
    longest = float(T.max())
    alike, weights = np.unique(np.column_stack([x, t_x / longest, T / longest]), axis=0, return_counts=True)
    share = weights / weights.sum()
    columns = alike[:, 0], alike[:, 1], alike[:, 2]
    r, alpha, a, b = maximise(lambda values: float(share @ log_likelihood(BgNbd(*values), *columns)), 4)
    return BgNbd(float(r), float(alpha * longest), float(a), float(b))
