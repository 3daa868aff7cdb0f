/* The fast mode of the formula for ordinary rows, by vector instructions.
 *
 *     figures(sign, spot, strike, expiry, rate, paid, volatility, holds_carry, done, *results)
 *     implied(sign, spot, strike, expiry, rate, paid, price, done, volatility)
 *
 * Inputs are buffers of doubles, of one length or of length 1; results are written into buffers of
 * the full length: one (the price) or six (price, delta, gamma, vega, theta, rho). done holds a
 * byte for each row: 0 for rows that are left to the caller, whose results mean nothing: bad
 * inputs, wings beyond 12 deviations, no time or volatility left.
 *
 * The module is optional: fast.py does the same in NumPy.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>
#include <stdint.h>

#define NARROW 0.45
#define DENSITY_AT_ZERO 0.3989422804014327
#if defined(__GNUC__) || defined(__clang__)
#define INLINE static inline __attribute__((always_inline))
#else
#define INLINE static inline
#endif

/* Flags are doubles, 1 or 0: compilers turn these into masks, and give up on other booleans. */
#define REQUIRE(condition) is_fine = (condition) ? is_fine : 0.0

#define ROWS(name) plain_##name
#define TARGET
#include "_kernel_rows.h"
#undef ROWS
#undef TARGET

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define HAS_VECTORS 1
#define ROWS(name) avx2_##name
#define TARGET __attribute__((target("avx2,fma")))
#include "_kernel_rows.h"
#undef ROWS
#undef TARGET
#define ROWS(name) avx512_##name
#if defined(__clang__)
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,fma")))
#else
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,fma,prefer-vector-width=512")))
#endif
#include "_kernel_rows.h"
#undef ROWS
#undef TARGET
#endif

#define BLOCK 512
#define N_INPUTS 7
#define MOST_RESULTS 6

static int level = 0; /* 2 for AVX-512, 1 for AVX2, 0 for neither */

typedef struct {
    Py_buffer view;
    const double *values;
    int is_single;
} Input;

/* A piece of an input; single values fill the piece once. */
static const double *piece(const Input *input, Py_ssize_t start, double *filled)
{
    return input->is_single ? filled : input->values + start;
}

static int take_input(PyObject *given, Py_ssize_t n, Input *input, double *filled)
{
    if (PyObject_GetBuffer(given, &input->view, PyBUF_C_CONTIGUOUS) < 0)
        return -1;
    Py_ssize_t found = input->view.len / (Py_ssize_t)sizeof(double);
    if (found != 1 && found != n) {
        PyErr_SetString(PyExc_ValueError, "an input is of another length");
        PyBuffer_Release(&input->view);
        return -1;
    }
    input->values = (const double *)input->view.buf;
    input->is_single = found == 1 && n != 1;
    if (input->is_single)
        for (int i = 0; i < BLOCK; i++)
            filled[i] = input->values[0];
    return 0;
}

/* Piece by piece; a single result asks for prices alone, unless volatilities are implied. */
static void run_pieces(const Input *in, double (*filled)[BLOCK], Py_ssize_t n, int is_implied,
    int holds_carry, unsigned char *done, double **out, int n_out)
{
    for (Py_ssize_t start = 0; start < n; start += BLOCK) {
        Py_ssize_t m = n - start < BLOCK ? n - start : BLOCK;
        const double *p[N_INPUTS];
        double flags[BLOCK];
        double *r[MOST_RESULTS];
        for (int k = 0; k < N_INPUTS; k++)
            p[k] = piece(&in[k], start, filled[k]);
        for (int k = 0; k < MOST_RESULTS; k++)
            r[k] = k < n_out ? out[k] + start : NULL;
#define CALL(which)                                                                        \
    if (is_implied)                                                                        \
        which##_implied(m, p[0], p[1], p[2], p[3], p[4], p[5], p[6], r[0], flags);         \
    else                                                                                   \
        which##_figures(m, p[0], p[1], p[2], p[3], p[4], p[5], p[6], holds_carry, r[0],    \
            r[1], r[2], r[3], r[4], r[5], flags)
#ifdef HAS_VECTORS
        if (level == 2) {
            CALL(avx512);
        } else if (level == 1) {
            CALL(avx2);
        } else
#endif
        {
            CALL(plain);
        }
#undef CALL
        for (Py_ssize_t i = 0; i < m; i++)
            done[start + i] = flags[i] > 0.5;
    }
}

/* Both functions: inputs, then whether the carry is held, done, and results. */
static PyObject *run(PyObject *args, int is_implied)
{
    Py_ssize_t n_args = PyTuple_Size(args);
    int n_out = (int)n_args - N_INPUTS - 2;
    if (n_args < N_INPUTS + 3 || (n_out != 1 && (is_implied || n_out != MOST_RESULTS))) {
        PyErr_SetString(PyExc_TypeError, "seven inputs, a flag, done, and one or six results");
        return NULL;
    }
    Py_buffer done, results[MOST_RESULTS];
    Input inputs[N_INPUTS];
    double filled[N_INPUTS][BLOCK];
    double *out[MOST_RESULTS];
    int n_inputs = 0, n_results = 0, has_failed = 1;
    if (PyObject_GetBuffer(PyTuple_GetItem(args, N_INPUTS + 1), &done, PyBUF_WRITABLE) < 0)
        return NULL;
    Py_ssize_t n = done.len;
    for (; n_results < n_out; n_results++) {
        PyObject *given = PyTuple_GetItem(args, N_INPUTS + 2 + n_results);
        if (PyObject_GetBuffer(given, &results[n_results], PyBUF_WRITABLE) < 0)
            goto end;
        out[n_results] = (double *)results[n_results].buf;
        if (results[n_results].len != n * (Py_ssize_t)sizeof(double)) {
            n_results++;
            PyErr_SetString(PyExc_ValueError, "a result is of another length");
            goto end;
        }
    }
    for (; n_inputs < N_INPUTS; n_inputs++)
        if (take_input(PyTuple_GetItem(args, n_inputs), n, &inputs[n_inputs],
                filled[n_inputs]) < 0)
            goto end;
    int holds_carry = PyObject_IsTrue(PyTuple_GetItem(args, N_INPUTS));
    Py_BEGIN_ALLOW_THREADS
    run_pieces(
        inputs, filled, n, is_implied, holds_carry, (unsigned char *)done.buf, out, n_out);
    Py_END_ALLOW_THREADS
    has_failed = 0;
end:
    for (int i = 0; i < n_inputs; i++)
        PyBuffer_Release(&inputs[i].view);
    for (int i = 0; i < n_results; i++)
        PyBuffer_Release(&results[i]);
    PyBuffer_Release(&done);
    if (has_failed)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *figures(PyObject *self, PyObject *args)
{
    (void)self;
    return run(args, 0);
}

static PyObject *implied(PyObject *self, PyObject *args)
{
    (void)self;
    return run(args, 1);
}

static PyObject *use_level(PyObject *self, PyObject *args)
{
    (void)self;
    int wanted;
    if (!PyArg_ParseTuple(args, "i", &wanted))
        return NULL;
    int most = 0;
#ifdef HAS_VECTORS
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        most = 1;
    if (most && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512vl"))
        most = 2;
#endif
    level = wanted < most ? wanted : most;
    return PyLong_FromLong(level);
}

static PyMethodDef methods[] = {
    {"figures", figures, METH_VARARGS, "Prices, and Greeks if six results are given."},
    {"implied", implied, METH_VARARGS, "Volatilities."},
    {"use_level", use_level, METH_VARARGS,
        "Use instructions up to a level: 0 plain, 1 AVX2, 2 AVX-512; returns the one in use."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_kernel", "The fast mode's ordinary rows; see _kernel.c.", -1, methods,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__kernel(void)
{
    PyObject *made = PyModule_Create(&module);
    if (made == NULL)
        return NULL;
    PyObject *most = Py_BuildValue("(i)", 2);
    PyObject *told = most == NULL ? NULL : use_level(NULL, most);
    Py_XDECREF(most);
    Py_XDECREF(told);
    return made;
}
