"""The names, argument orders and units of py_vollib 1.0.1, answered by `black_scholes`.

    from spoonbench.solvers.algorithms.vollib.black_scholes import black_scholes
    from spoonbench.solvers.algorithms.vollib.black_scholes.greeks.analytical import delta
    from spoonbench.solvers.algorithms.vollib.black_scholes.implied_volatility import (
        implied_volatility,
    )

stand for the same imports from `py_vollib`, and likewise `black` and `black_scholes_merton`. Theta
is by the day (of 365), vega and rho by a percent; flags are "c" and "p". Note the order of Black's
`implied_volatility` there: price, F, K, r, t, flag.

Other than there: arrays are answered as arrays, row by row, with NaN where there is no answer; a
flag that is neither is refused everywhere; "numerical" Greeks are the exact ones, too.
"""
