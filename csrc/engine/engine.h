// The backward pass.
#pragma once

#include <span>
#include <vector>

#include "core/tensor.h"

namespace tg {

struct BackwardArgs {
  std::span<const Tensor> outputs;
  std::span<const Tensor> grads;   // one for each output; undefined: 1, for a scalar output
  std::span<const Tensor> inputs;  // empty: every leaf; else only these
  bool retain_graph = false;
  bool create_graph = false;
  bool accumulate = true;          // into .grad; false: return the gradients of inputs
  bool allow_unused = false;
};

// Gradients of the inputs when they are not accumulated (undefined where unused and allowed).
std::vector<Tensor> run_backward(const BackwardArgs& a);

}  // namespace tg
