"""The models against what their authors published, and against customers drawn from known parameters.

`cdnow.csv` tells the 2,357 customers of the CDNOW sample that Fader, Hardie and Lee use: first purchases in the first
quarter of 1997, observed for 39 weeks. The four numbers of each customer are those the authors publish.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from prediction import BgNbd, GammaGamma, NotFitted, fit_purchases, fit_spending

WEEK = 7
PUBLISHED = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
PUBLISHED_SPENDING = GammaGamma(p=6.25, q=3.74, gamma=15.44)


@pytest.fixture(scope="module")
def cdnow() -> np.ndarray:
    """Repeat purchases, day of the last, age in days, mean repeat amount; a column each."""
    return np.loadtxt(Path(__file__).with_name("cdnow.csv"), delimiter=",", skiprows=1).T


def test_purchases_of_cdnow_give_the_published_parameters(cdnow: np.ndarray) -> None:
    x, last, age, _ = cdnow
    model = fit_purchases(x, last / WEEK, age / WEEK)
    assert [model.r, model.alpha, model.a, model.b] == pytest.approx([0.243, 4.414, 0.793, 2.426], rel=0.01)


def test_spending_at_cdnow_gives_the_published_parameters(cdnow: np.ndarray) -> None:
    x, _, _, amount = cdnow
    model = fit_spending(x[x > 0], amount[x > 0])
    assert [model.p, model.q, model.gamma] == pytest.approx([6.25, 3.74, 15.44], rel=0.01)


def test_the_unit_of_time_changes_alpha_only(cdnow: np.ndarray) -> None:
    x, last, age, _ = cdnow
    weeks, days = fit_purchases(x, last / WEEK, age / WEEK), fit_purchases(x, last, age)
    assert days.alpha == pytest.approx(weeks.alpha * WEEK, rel=1e-4)
    assert [days.r, days.a, days.b] == pytest.approx([weeks.r, weeks.a, weeks.b], rel=1e-4)


def test_expected_purchases_of_the_authors_customer() -> None:
    """Two repeat purchases, the last in week 30.43 of 38.86: 1.226 more in the next 39 weeks."""
    expected = PUBLISHED.expected_purchases(39, np.array([2.0]), np.array([30.43]), np.array([38.86]))
    assert expected == pytest.approx([1.226], abs=0.0005)


def test_expected_amount_of_the_authors_customer() -> None:
    """Without a repeat purchase the mean of all, p·γ ÷ (q − 1); with many, the customer's own."""
    amounts = PUBLISHED_SPENDING.expected_amount(np.array([0.0, 1.0, 1e6]), np.array([0.0, 20.0, 20.0]))
    assert amounts == pytest.approx([35.22, (15.44 + 20) * 6.25 / (6.25 + 2.74), 20.0], rel=0.001)


def test_probability_alive() -> None:
    alive = PUBLISHED.probability_alive(np.array([0.0, 2.0, 2.0]), np.array([0.0, 30.43, 3.0]), np.full(3, 38.86))
    assert alive[0] == 1
    odds = 0.793 / (2.426 + 2 - 1) * ((4.414 + 38.86) / (4.414 + 30.43)) ** 2.243
    assert alive[1] == pytest.approx(1 / (1 + odds))
    assert 0 < alive[2] < alive[1]


@pytest.mark.parametrize("a", [0.5, 1.0, 2.0])
def test_expectations_stay_finite_and_grow_with_the_horizon(a: float) -> None:
    model = BgNbd(r=0.5, alpha=10.0, a=a, b=2.0)
    x, last = np.array([0.0, 1.0, 500.0, 5000.0]), np.array([0.0, 5.0, 995.0, 1000.0])
    short, long = (model.expected_purchases(horizon, x, last, np.full(4, 1000.0)) for horizon in (30.0, 365.0))
    assert np.all(np.isfinite(long)) and np.all(short > 0) and np.all(long > short)


def test_parameters_come_back_from_customers_drawn_from_them() -> None:
    """And what the model expects of them all is what they go on to buy, within the noise of the draw."""
    rng, count, until, horizon = np.random.default_rng(3), 20_000, 300.0, 60.0
    true = BgNbd(r=0.8, alpha=30.0, a=0.9, b=3.0)
    rate, dropout = rng.gamma(true.r, 1 / true.alpha, count), rng.beta(true.a, true.b, count)
    x, last, later, at = np.zeros(count), np.zeros(count), np.zeros(count), np.zeros(count)
    alive = np.arange(count)
    while alive.size:
        at[alive] += rng.exponential(1 / rate[alive])
        alive = alive[at[alive] < until + horizon]
        seen = alive[at[alive] < until]
        x[seen] += 1
        last[seen] = at[seen]
        later[alive[at[alive] >= until]] += 1
        alive = alive[rng.random(alive.size) > dropout[alive]]
    model = fit_purchases(x, last, np.full(count, until))
    assert [model.r, model.alpha, model.a, model.b] == pytest.approx([0.8, 30.0, 0.9, 3.0], rel=0.1)
    assert model.expected_purchases(horizon, x, last, np.full(count, until)).sum() == pytest.approx(
        later.sum(), rel=0.03
    )


def test_what_cannot_be_fitted_is_refused() -> None:
    few = np.array([1.0] * 29 + [0.0] * 50)
    with pytest.raises(NotFitted, match="29 customers bought again, 30 are needed"):
        fit_purchases(few, few * 3, np.full(79, 10.0))
    with pytest.raises(NotFitted, match="29 customers"):
        fit_spending(few[:29], np.full(29, 5.0))
    with pytest.raises(ValueError, match="last purchase"):
        fit_purchases(np.array([1.0]), np.array([11.0]), np.array([10.0]))
    with pytest.raises(ValueError, match="positive amount"):
        fit_spending(np.array([1.0]), np.array([0.0]))
    with pytest.raises(NotFitted, match=r"open|converge"):
        fit_spending(np.full(100, 3.0), np.full(100, 5.0))
