/* The probe of the arithmetic peak: independent chains of fused multiply-adds in the widest registers, on one core; and of what is
   left of it when each takes its factors from the first-level cache, as the innermost loop of a matrix product does.
   Each line read asks for one burst; the answer is a line with FLOP/s: single and double precision, then the same two fed. */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <time.h>

#if defined(__AVX512F__)
enum { WIDTH = 64, CHAINS = 24, ROWS = 9, VECTORS = 3 };
#elif defined(__AVX__)
enum { WIDTH = 32, CHAINS = 12, ROWS = 6, VECTORS = 2 };
#else
enum { WIDTH = 16, CHAINS = 24, ROWS = 4, VECTORS = 2 };
#endif
enum { DEPTH = 192 };

/* sum = a * b + sum where sum is: left to choose, compilers run out of registers. */
#if defined(__FMA__)
#define ADD_PRODUCT(suffix, sum, a, b) __asm__("vfmadd231" suffix " %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b))
#else
#define ADD_PRODUCT(suffix, sum, a, b) sum = a * b + sum
#endif

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#define PROBE(name, scalar)                                                                       \
  static double name(double seconds) {                                                            \
    typedef scalar V __attribute__((vector_size(WIDTH)));                                         \
    const int lanes = (int)(WIDTH / sizeof(scalar)), turns = 4096;                                \
    V sum[CHAINS];                                                                                \
    V a = (V){} + (scalar)0.999, b = (V){} + (scalar)0.001;                                       \
    __asm__ volatile("" : "+m"(a), "+m"(b)); /* unknown to the compiler */                        \
    for (int c = 0; c < CHAINS; ++c) sum[c] = (V){} + (scalar)c;                                  \
    double flops = 0, start = now(), spent = 0;                                                   \
    while (spent < seconds) {                                                                     \
      for (int t = 0; t < turns; ++t) _Pragma("GCC unroll 24")                                    \
        for (int c = 0; c < CHAINS; ++c) sum[c] = sum[c] * a + b;                                 \
      flops += 2.0 * turns * CHAINS * lanes;                                                      \
      spent = now() - start;                                                                      \
    }                                                                                             \
    V total = {};                                                                                 \
    for (int c = 0; c < CHAINS; ++c) total += sum[c];                                             \
    __asm__ volatile("" : : "m"(total));                                                          \
    return flops / spent;                                                                         \
  }

PROBE(single_precision, float)
PROBE(double_precision, double)

#define FED_PROBE(name, scalar, suffix)                                                           \
  static double name(double seconds) {                                                            \
    typedef scalar V __attribute__((vector_size(WIDTH)));                                         \
    const int lanes = (int)(WIDTH / sizeof(scalar)), turns = 64;                                  \
    static _Alignas(WIDTH) scalar a[DEPTH * ROWS], b[DEPTH * VECTORS * WIDTH / sizeof(scalar)];   \
    for (int i = 0; i < DEPTH * ROWS; ++i) a[i] = (scalar)(i * 37 % 101) / 101 - (scalar)0.5;     \
    for (int i = 0; i < DEPTH * VECTORS * lanes; ++i) b[i] = (scalar)(i * 53 % 103) / 103 - (scalar)0.5; \
    double flops = 0, start = now(), spent = 0;                                                   \
    while (spent < seconds) {                                                                     \
      for (int t = 0; t < turns; ++t) {                                                           \
        V sum[ROWS][VECTORS] = {};                                                                \
        for (int k = 0; k < DEPTH; ++k) {                                                         \
          V row[VECTORS];                                                                         \
          _Pragma("GCC unroll 3") for (int v = 0; v < VECTORS; ++v) row[v] = ((V *)b)[k * VECTORS + v]; \
          _Pragma("GCC unroll 9") for (int r = 0; r < ROWS; ++r) {                                \
            V x = a[k * ROWS + r] - (V){};                                                        \
            _Pragma("GCC unroll 3") for (int v = 0; v < VECTORS; ++v) ADD_PRODUCT(suffix, sum[r][v], x, row[v]); \
          }                                                                                       \
        }                                                                                         \
        V total = {};                                                                             \
        _Pragma("GCC unroll 9") for (int r = 0; r < ROWS; ++r)                                    \
          _Pragma("GCC unroll 3") for (int v = 0; v < VECTORS; ++v) total += sum[r][v];           \
        __asm__ volatile("" : : "m"(total));                                                      \
      }                                                                                           \
      flops += 2.0 * turns * DEPTH * ROWS * VECTORS * lanes;                                      \
      spent = now() - start;                                                                      \
    }                                                                                             \
    return flops / spent;                                                                         \
  }

FED_PROBE(fed_single_precision, float, "ps")
FED_PROBE(fed_double_precision, double, "pd")

int main(void) {
  for (int c; (c = getchar()) != EOF;)
    if (c == '\n') {
      printf("%.6g %.6g %.6g %.6g\n", single_precision(0.004), double_precision(0.004), fed_single_precision(0.004),
             fed_double_precision(0.004));
      fflush(stdout);
    }
}
