// Where in a tensor index tensors point, for the ops that read and write there.
#pragma once

#include "ops/inplace.h"
#include "ops/ops.h"

namespace tg {

// After the dims were put in `order` (empty: as they are), dims [first, first + count) give way to the shape of `at`:
// Int64 row-major positions within those dims, all in range.
struct Place {
  Tensor at;
  Dims order;
  int first, count;
};

// Checks the indices with torch's texts, and what is to be written there. Masks count for as many dims as they have.
Place place_of(const Tensor& x, const IndexList& indices, const Tensor& value = Tensor());

bool is_mask(const Tensor& t);
void check_mask(const Tensor& x, const Tensor& mask, int dim);  // that it fits x from dim on
// x's elements with its dims in another order, without history.
Tensor permuted(const Tensor& x, const Dims& order);
// The entries of `d` (sizes or strides of the permuted tensor) with those of the indexed dims replaced.
Dims replaced(const Dims& d, const Place& p, const Dims& by);

// Recorded by nobody; the version is the caller's to count. The positions are checked here once more, and the GIL is held
// until they were used: what an op was given, or a node has saved, may have changed since it was looked at.
void read_values(const Tensor& out, const Tensor& x, const Place& p);
void put_values(const Tensor& self, const Place& p, const Tensor& value, ScatterOp op);  // value broadcasts

Tensor record_read(const char* name, const Tensor& out, const Tensor& x, const Place& p);
Tensor pick(const Tensor& x, const Place& p);     // x[place], IndexBackward0
Tensor spread(const Tensor& g, const Place& p, const Dims& sizes);  // zeros with g added at the place: the adjoint of pick
Tensor cleared(const Tensor& x, const Place& p);  // a copy with zeros at the place

// The backend's gather and scatter, behind the checks of the ops of that name; out has the sizes of index.
void gather_into(const Tensor& out, const Tensor& x, const Tensor& index, int dim);
void scatter_into(ScatterOp op, const Tensor& self, const Tensor& index, const Tensor& src, int dim);

// The index, or a copy of it where it shares bytes with `self`, which is about to be written.
Tensor apart_from(const Tensor& self, const Tensor& index);
// The position of the first index outside [lo, hi), or -1.
int64_t find_out_of_range(const Tensor& index, int64_t lo, int64_t hi);
// Negative positions counted from the end of n; all are known to be in [-n, n).
Tensor wrap_index(const Tensor& index, int64_t n);
int64_t largest_index(const Tensor& index);  // of at least one
// The index at row-major position i.
int64_t index_at(const Tensor& index, int64_t i);

// An op that writes into self, or into a copy of it: compute(out) writes, record_on(out, before) records.
template <class Compute, class Record>
Tensor write(const Tensor& self, bool in_place, std::initializer_list<In> others, Compute compute, Record record_on,
             Tensor (*copy)(const Tensor&) = clone) {
  if (in_place) return inplace(self, others, false, compute, record_on);
  const Tensor out = copy(detach(self));
  compute(out);
  record_on(out, self);
  return out;
}
Tensor row_major_copy(const Tensor& x);  // what torch's newer ops copy self to, whatever its strides

}  // namespace tg
