/* The kernels' rows, compiled once for each instruction set: see _kernel.c, which defines
 * ROWS(name), TARGET and the constants. Everything is free of branches, so that compilers turn the
 * loops into vector instructions. The formulas are those of fast.py and implied.py. */

INLINE TARGET double ROWS(power_of_two)(double n)
{
    union { int64_t bits; double value; } found;
    found.value = n + 6755399441055744.0; /* 1.5 * 2^52: the integer stands in the low bits */
    found.bits = (found.bits + 1023) << 52;
    return found.value;
}

/* exp(r) - 1 for |r| up to log(2) / 2, by its Taylor series. */
INLINE TARGET double ROWS(expm1_part)(double r)
{
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    return r + r * r * p;
}

/* exp(x) and exp(x) - 1 for x from -708 to 708. */
INLINE TARGET void ROWS(exponentials)(double x, double *power, double *less_one)
{
    double n = x * 1.4426950408889634 + 6755399441055744.0 - 6755399441055744.0;
    double r = x - n * 6.93147180369123816490e-01;
    r = r - n * 1.90821492927058770002e-10;
    double part = ROWS(expm1_part)(r);
    double scale = ROWS(power_of_two)(n);
    *power = scale + scale * part;
    *less_one = scale * part + (scale - 1.0);
}

INLINE TARGET double ROWS(exponential)(double x)
{
    double power, less_one;
    ROWS(exponentials)(x, &power, &less_one);
    return power;
}

/* Natural logarithm of a normal positive double, after fdlibm's e_log.c method: 2 atanh(s). */
INLINE TARGET double ROWS(logarithm)(double x)
{
    union { uint64_t bits; double value; } whole, part, count;
    whole.value = x;
    /* Mantissa between sqrt(1/2) and sqrt(2). */
    uint64_t shifted = whole.bits - 0x3FE6A09E667F3BCDULL + (1024ULL << 52);
    uint64_t k = shifted >> 52;
    part.bits = whole.bits - ((k - 1024) << 52);
    count.bits = k + 0x4330000000000000ULL;
    double n = count.value - (4503599627370496.0 + 1024.0);
    double f = part.value - 1.0;
    double s = f / (2.0 + f);
    double z = s * s;
    double series = z * (6.666666666666735130e-01 + z * (3.999999999940941908e-01
        + z * (2.857142874366239149e-01 + z * (2.222219843214978396e-01
        + z * (1.818357216161805012e-01 + z * (1.531383769920937332e-01
        + z * 1.479819860511658591e-01))))));
    double half = 0.5 * f * f;
    return n * 6.93147180369123816490e-01
        - ((half - (s * (half + series) + n * 1.90821492927058770002e-10)) - f);
}

/* N(-u) / n(u) for u from 0 to 12. */
INLINE TARGET double ROWS(mills)(double u)
{
    double above = 1.9504999331742470058e-6, below = 1.950499934318579649e-6;
    above = above * u + 0.000057631119748328810093;
    above = above * u + 0.00082108184243795994318;
    above = above * u + 0.0073366828203743931234;
    above = above * u + 0.045096726139603668774;
    above = above * u + 0.19745157408572074769;
    above = above * u + 0.61682691943103749347;
    above = above * u + 1.3333405274679380599;
    above = above * u + 1.8316520924931457573;
    above = above * u + 1.2533141373155002505;
    below = below * u + 0.000057631119618592066547;
    below = below * u + 0.00082303234935937044794;
    below = below * u + 0.0073943137015282343951;
    below = below * u + 0.045913912793251468269;
    below = below * u + 0.20467288698602813882;
    below = below * u + 0.66030256675393485567;
    below = below * u + 1.5166762119956666213;
    below = below * u + 2.3665375317065937723;
    below = below * u + 2.2593314861654081288;
    below = below * u + 1.0;
    return above / below;
}

/* See series.py: slope, and difference. */
INLINE TARGET double ROWS(slope)(double u)
{
    double above = 2.6453153728962747723e-6, below = 2.6453150930283704959e-6;
    above = above * u + 0.000074402399082243162561;
    above = above * u + 0.0010117379936856767023;
    above = above * u + 0.0086146360886154474884;
    above = above * u + 0.050126568679339898236;
    above = above * u + 0.20470403225952032756;
    above = above * u + 0.57843555824692451784;
    above = above * u + 1.0530056589882023178;
    above = above * u + 1.0;
    below = below * u + 0.000074402423639481594521;
    below = below * u + 0.0010196729059437301724;
    below = below * u + 0.0088378711227767363934;
    below = below * u + 0.053145372069005468524;
    below = below * u + 0.23010950029285543835;
    below = below * u + 0.72276226290141861074;
    below = below * u + 1.6194472944226534553;
    below = below * u + 2.4689787641249933131;
    below = below * u + 2.3063197963037016664;
    below = below * u + 1.0;
    return above / below;
}

INLINE TARGET double ROWS(difference)(double first, double middle, double half)
{
    double square = middle * middle, quarter = half * half;
    double before = first, current = (square + 3.0) * first - 1.0;
    double power = quarter * (1.0 / 6.0);
    double total = before + current * power;
#define TERM(n)                                                                      \
    {                                                                                \
        double following = (square + (2.0 * (n) + 1.0)) * current                    \
            - ((n) * ((n) - 1.0)) * before;                                          \
        before = current;                                                            \
        current = following;                                                         \
        power *= quarter * (1.0 / (((n) + 1.0) * ((n) + 2.0)));                      \
        total += current * power;                                                    \
    }
    TERM(3.0) TERM(5.0) TERM(7.0) TERM(9.0) TERM(11.0) TERM(13.0) TERM(15.0) TERM(17.0)
#undef TERM
    return 2.0 * half * total;
}

typedef struct {
    double root_time, moneyness, grown, underlying, strike_now, smaller;
    double is_fine;
} ROWS(legs);

INLINE TARGET ROWS(legs) ROWS(make_legs)(
    double spot, double strike, double expiry, double rate, double paid)
{
    ROWS(legs) made;
    double is_fine = 1.0;
    REQUIRE(spot > 1e-200);
    REQUIRE(spot < 1e200);
    REQUIRE(strike > 1e-200);
    REQUIRE(strike < 1e200);
    REQUIRE(expiry > 1e-100);
    REQUIRE(expiry < 1e6);
    REQUIRE(fabs(rate * expiry) < 600.0);
    REQUIRE(fabs(paid * expiry) < 600.0);
    /* A row that is left out is computed as another one, so that nothing traps. */
    spot = is_fine > 0.5 ? spot : 1.0;
    strike = is_fine > 0.5 ? strike : 1.0;
    expiry = is_fine > 0.5 ? expiry : 1.0;
    rate = is_fine > 0.5 ? rate : 0.0;
    paid = is_fine > 0.5 ? paid : 0.0;
    double ratio = spot / strike;
    double rest = fma(-ratio, strike, spot) / spot;
    double moneyness = ROWS(logarithm)(ratio) + rest + (rate - paid) * expiry;
    REQUIRE(fabs(moneyness) < 600.0);
    moneyness = is_fine > 0.5 ? moneyness : 0.0;
    double power;
    ROWS(exponentials)(moneyness, &power, &made.grown);
    made.root_time = sqrt(expiry);
    made.moneyness = moneyness;
    made.strike_now = strike * ROWS(exponential)(-rate * expiry);
    made.underlying = made.strike_now * power;
    made.smaller = power < 1.0 ? made.underlying : made.strike_now;
    made.is_fine = is_fine;
    return made;
}

/* One row of the price and, if wanted, five Greeks. */
INLINE TARGET double ROWS(figures_row)(
    double sign, double spot, double strike, double expiry, double rate, double paid,
    double volatility, int holds_carry, int wants_greeks, double *restrict found)
{
    ROWS(legs) legs = ROWS(make_legs)(spot, strike, expiry, rate, paid);
    double deviation = volatility * legs.root_time;
    double is_fine = legs.is_fine;
    REQUIRE(deviation > 1e-100);
    REQUIRE(deviation < 20.0);
    REQUIRE(fabs(sign) == 1.0);
    deviation = is_fine > 0.5 ? deviation : 1.0;
    double steps = legs.moneyness / deviation;
    double half = 0.5 * deviation;
    double middle = -fabs(steps);
    double near = middle + half, far = half - middle;
    double size = -middle > 1.0 ? -middle : 1.0;
    double is_narrow = half < NARROW ? 1.0 : 0.0;
    is_narrow = size * half < 1.0 ? is_narrow : 0.0;
    double reach = is_narrow > 0.5 ? -middle : far;
    double most = is_narrow > 0.5 ? 8.0 : 12.0;
    REQUIRE(reach < most);
    middle = is_fine > 0.5 ? middle : 0.0;
    near = is_fine > 0.5 ? near : 0.0;
    far = is_fine > 0.5 ? far : 1.0;
    double narrow_half = is_narrow > 0.5 ? half : 0.1;
    double narrow_middle = is_narrow > 0.5 ? middle : 0.0;
    double power = ROWS(exponential)(-0.25 * near * near);
    double density = legs.smaller * power * power * DENSITY_AT_ZERO;
    double narrow = density
        * ROWS(difference)(ROWS(slope)(-narrow_middle), narrow_middle, narrow_half);
    double outer = density * ROWS(mills)(fabs(near)), inner = density * ROWS(mills)(far);
    double wide = near > 0.0 ? legs.smaller - (outer + inner) : outer - inner;
    double out = is_narrow > 0.5 ? narrow : wide;
    double gain = sign * legs.grown * legs.strike_now;
    double price = out + (gain > 0.0 ? gain : 0.0);
    found[0] = price;
    if (wants_greeks) {
        double goes_in = steps <= 0.0 ? sign : -sign;
        double is_tail = near > 0.0 ? -goes_in : goes_in;
        double larger_leg = steps <= 0.0 ? legs.strike_now : legs.underlying;
        double smaller = is_tail > 0.0 ? outer : legs.smaller - outer;
        double larger = goes_in > 0.0 ? inner : larger_leg - inner;
        double first = steps <= 0.0 ? smaller : larger;
        double second = steps <= 0.0 ? larger : smaller;
        found[1] = sign * first / spot;
        found[2] = density / spot / spot / deviation;
        found[3] = density * legs.root_time;
        found[4] = sign * (paid * first - rate * second)
            - 0.5 * density * volatility / legs.root_time;
        found[5] = holds_carry ? -expiry * price : sign * expiry * second;
    }
    return is_fine;
}

TARGET static void ROWS(figures)(
    Py_ssize_t n, const double *sign, const double *spot, const double *strike,
    const double *expiry, const double *rate, const double *paid, const double *volatility,
    int holds_carry, double *restrict price, double *restrict delta, double *restrict gamma,
    double *restrict vega, double *restrict theta, double *restrict rho,
    double *restrict done)
{
    if (delta == NULL) {
        for (Py_ssize_t i = 0; i < n; i++) {
            double found[6];
            done[i] = ROWS(figures_row)(sign[i], spot[i], strike[i], expiry[i],
                rate[i], paid[i], volatility[i], holds_carry, 0, found);
            price[i] = found[0];
        }
        return;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        double found[6];
        done[i] = ROWS(figures_row)(sign[i], spot[i], strike[i], expiry[i],
            rate[i], paid[i], volatility[i], holds_carry, 1, found);
        price[i] = found[0];
        delta[i] = found[1];
        gamma[i] = found[2];
        vega[i] = found[3];
        theta[i] = found[4];
        rho[i] = found[5];
    }
}

/* A lower bound of the deviation, roughly: see implied.py. */
INLINE TARGET double ROWS(guess)(double distance, double ratio, double apart, double price,
    double left)
{
    double over = apart + 2.0 * price * ratio;
    double below = price * (1.0 + price * ratio) / over;
    double above = left * (apart + ratio * price) / over;
    double beyond = (2.0 * price * price * ratio - apart * (1.0 - 2.0 * price)) / (2.0 * over);
    /* Abramowitz and Stegun, 26.2.23, within 5e-4. */
    double least = below < above ? below : above;
    least = least > 1e-300 ? least : 1e-300;
    double t = sqrt(-2.0 * ROWS(logarithm)(least));
    double tail = t - (2.515517 + t * (0.802853 + t * 0.010328))
        / (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    double inside = 2.5066282746310002 * beyond * (1.0 + 1.0471975511965976 * beyond * beyond);
    double d1 = fabs(beyond) < 0.05 ? inside : (below < above ? -tail : tail);
    double root = sqrt(d1 * d1 + 2.0 * distance);
    double found = d1 < 0.0 ? 2.0 * distance / (root - d1) : d1 + root;
    return found > 1e-90 ? found : 1e-90;
}

/* One of Householder's steps of the third order; returns whether the kernels' ranges held. */
INLINE TARGET double ROWS(improve)(double *deviation, double *step_size, double distance,
    double price, double left)
{
    double s = *deviation;
    double middle = -distance / s, half = 0.5 * s;
    double near = middle + half, far = half - middle;
    double size = -middle > 1.0 ? -middle : 1.0;
    double is_narrow = half < NARROW ? 1.0 : 0.0;
    is_narrow = size * half < 1.0 ? is_narrow : 0.0;
    double is_fine = 1.0;
    double reach = is_narrow > 0.5 ? -middle : far;
    double most = is_narrow > 0.5 ? 8.0 : 12.0;
    REQUIRE(reach < most);
    REQUIRE(s < 20.0);
    middle = is_fine > 0.5 ? middle : 0.0;
    near = is_fine > 0.5 ? near : 0.0;
    far = is_fine > 0.5 ? far : 1.0;
    double narrow_half = is_narrow > 0.5 ? half : 0.1;
    double narrow_middle = is_narrow > 0.5 ? middle : 0.0;
    double density = ROWS(exponential)(-0.5 * near * near) * DENSITY_AT_ZERO;
    double narrow = density
        * ROWS(difference)(ROWS(slope)(-narrow_middle), narrow_middle, narrow_half);
    double outer = density * ROWS(mills)(fabs(near)), inner = density * ROWS(mills)(far);
    double upper = outer + inner;
    double value = near > 0.0 ? 1.0 - upper : outer - inner;
    value = is_narrow > 0.5 ? narrow : value;
    double above = is_narrow > 0.5 ? -1.0 : near;
    double other = above > 0.0 ? upper : 1.0 - value;
    double told = price > 0.5 ? other : value, target = price > 0.5 ? left : price;
    double signed_density = price > 0.5 ? -density : density;
    double slope = signed_density / told;
    double relative = (told - target) / target;
    relative = relative > -0.999999 ? relative : -0.999999;
    relative = relative < 1e300 ? relative : 1e300;
    double one_more = 1.0 + relative;
    double log_ratio = ROWS(logarithm)(one_more) - ((one_more - 1.0) - relative) / one_more;
    double first = -log_ratio / slope;
    double d1 = near, d2 = -far;
    double both = d1 * d2;
    double second = both / s;
    double third = (both * both - d1 * d1 - d2 * d2 - both) / (s * s);
    double curved = second - slope;
    double bent = third - 3.0 * slope * second + 2.0 * slope * slope;
    double step = first * (1.0 + 0.5 * curved * first)
        / (1.0 + first * (curved + bent * first * (1.0 / 6.0)));
    double tame = fabs(step) < 2.0 * fabs(first) ? step : first;
    step = step * first >= 0.0 ? tame : first;
    double next = s + step;
    next = next > 0.5 * s ? next : 0.5 * s;
    *step_size = fabs(next - s);
    *deviation = next;
    return is_fine;
}

TARGET static void ROWS(implied)(
    Py_ssize_t n, const double *sign, const double *spot, const double *strike,
    const double *expiry, const double *rate, const double *paid, const double *price,
    double *restrict volatility, double *restrict done)
{
    for (Py_ssize_t i = 0; i < n; i++) {
        ROWS(legs) legs = ROWS(make_legs)(spot[i], strike[i], expiry[i], rate[i], paid[i]);
        double gain = sign[i] * legs.grown * legs.strike_now;
        double beyond = price[i] - (gain > 0.0 ? gain : 0.0);
        double left = (sign[i] > 0.0 ? legs.underlying : legs.strike_now) - price[i];
        double share = beyond / legs.smaller, rest = left / legs.smaller;
        double is_fine = legs.is_fine;
        REQUIRE(share > 1e-250);
        REQUIRE(beyond > 1e-10 * price[i]);
        REQUIRE(left > 1e-10 * price[i]);
        REQUIRE(fabs(sign[i]) == 1.0);
        REQUIRE(price[i] < 1e250);
        share = is_fine > 0.5 ? share : 0.1;
        rest = is_fine > 0.5 ? rest : 0.9;
        double distance = is_fine > 0.5 ? fabs(legs.moneyness) : 0.0;
        double power, less_one;
        ROWS(exponentials)(-distance, &power, &less_one);
        double deviation = ROWS(guess)(distance, power, -less_one, share, rest);
        double step;
        ROWS(improve)(&deviation, &step, distance, share, rest);
        ROWS(improve)(&deviation, &step, distance, share, rest);
        ROWS(improve)(&deviation, &step, distance, share, rest);
        is_fine *= ROWS(improve)(&deviation, &step, distance, share, rest);
        /* Of the fourth order: what is left after so small a step is rounding. */
        REQUIRE(step < 1e-5 * deviation);
        volatility[i] = deviation / legs.root_time;
        done[i] = is_fine;
    }
}
