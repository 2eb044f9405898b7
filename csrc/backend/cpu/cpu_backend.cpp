#include "backend/cpu/cpu_backend.h"

#include "backend/cpu/allocator.h"
#include "backend/cpu/gemm.h"
#include "backend/cpu/parallel.h"

namespace tg {

void* CpuBackend::allocate(size_t nbytes) { return cpu_allocate(nbytes); }
void CpuBackend::free(void* p, size_t nbytes) noexcept { cpu_free(p, nbytes); }

void CpuBackend::gemm(const View& c, const View& a, const View& b, const Epilogue& e) { cpu_gemm(c, a, b, e); }

const char* CpuBackend::name() const { return kernels().isa; }
int CpuBackend::num_threads() const { return cpu_threads(); }
void CpuBackend::set_num_threads(int n) { set_cpu_threads(n); }

namespace {
CpuBackend cpu(kernels());
[[maybe_unused]] const bool registered = (g_cpu_backend = &cpu, true);
}  // namespace

}  // namespace tg
