"""Maximum likelihood over positive parameters."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

from prediction.errors import NotFitted

Array = NDArray[np.float64]

FEWEST_REPEAT_BUYERS = 30
"""With fewer, four parameters follow single customers rather than the crowd."""

_BOUND = 12.0


def maximise(log_likelihood: Callable[[Array], float], parameters: int) -> Array:
    """The positive `parameters` numbers at which the mean `log_likelihood` is greatest.

    Searches the logarithms, since parameters differ by orders of magnitude, and starts again elsewhere while a search
    does not converge. Raises NotFitted when none does, or when the maximum lies at the edge of what is searched
    (e^±12): the data then leave a parameter open.
    """
    for start in (0.0, 1.0, -1.0):
        found = minimize(
            lambda logs: -log_likelihood(np.exp(logs)),
            np.full(parameters, start),
            method="L-BFGS-B",
            bounds=[(-_BOUND, _BOUND)] * parameters,
            options={"ftol": 1e-12, "gtol": 1e-7, "maxiter": 500},
        )
        if found.success and np.isfinite(found.fun):
            if np.any(np.abs(found.x) > _BOUND - 0.01):
                raise NotFitted("the purchases leave a parameter of the model open")
            return np.exp(found.x)
    raise NotFitted("the search for the most likely parameters does not converge")
