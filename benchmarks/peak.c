/* The probe of the arithmetic peak: independent chains of fused multiply-adds in the widest registers, on one core.
   Each line read asks for one burst; the answer is a line with FLOP/s in single and in double precision. */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <time.h>

#if defined(__AVX512F__)
enum { WIDTH = 64, CHAINS = 24 };
#elif defined(__AVX__)
enum { WIDTH = 32, CHAINS = 12 };
#else
enum { WIDTH = 16, CHAINS = 24 };
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

int main(void) {
  for (int c; (c = getchar()) != EOF;)
    if (c == '\n') {
      printf("%.6g %.6g\n", single_precision(0.004), double_precision(0.004));
      fflush(stdout);
    }
}
