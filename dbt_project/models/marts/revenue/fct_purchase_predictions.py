"""Grain: customer_id. What the fitted models say of each customer, and the parameters they say it with.

Numbers are floats here, as a likelihood gives them; `clv_predicted` makes decimals of them. Where a model cannot be
fitted its columns are empty and `reason` says why, so that the metric is empty and never wrong.
"""

import numpy as np
import pyarrow as pa

from prediction import NotFitted, fit_purchases, fit_spending


def model(dbt, session):
    dbt.config(materialized="table")
    horizon = float(dbt.config.get("horizon_days"))
    customers = dbt.ref("fct_customer_purchases").to_arrow_table()
    x = customers["repeat_purchase_count"].to_numpy().astype(float)
    last = customers["last_purchase_age_days"].to_numpy().astype(float)
    age = customers["age_days"].to_numpy().astype(float)
    amount = customers["average_repeat_amount"].cast(pa.float64()).to_numpy()
    nothing = np.full(len(x), np.nan)
    purchases = alive = spending = nothing
    reason = None
    parameters = dict.fromkeys(("r", "alpha", "a", "b", "p", "q", "gamma"))
    try:
        often = fit_purchases(x, last, age)
        purchases = often.expected_purchases(horizon, x, last, age)
        alive = often.probability_alive(x, last, age)
        parameters |= vars(often)
        telling = (x > 0) & (amount > 0)
        much = fit_spending(x[telling], amount[telling])
        spending = much.expected_amount(np.where(telling, x, 0.0), np.where(telling, amount, 0.0))
        parameters |= vars(much)
    except NotFitted as error:
        reason = str(error)

    def number(values):
        return pa.array(values, pa.float64(), from_pandas=True)

    columns = {
        "customer_id": customers["customer_id"].cast(pa.string()),
        "expected_purchases": number(purchases),
        "probability_alive": number(alive),
        "expected_amount": number(spending),
    }
    columns |= {name: pa.array([value] * len(x), pa.float64()) for name, value in parameters.items()}
    return pa.table(columns | {"reason": pa.array([reason] * len(x), pa.string())})
