// Optimizer steps: one call for all parameters of a group.
#include "autograd/grad_meta.h"
#include "python/bind.h"

namespace tg::python {

namespace {

// The items of a list or tuple.
class Items {
 public:
  Items(PyObject* o, const char* what) : what_(what), items_(Ref::steal(PySequence_Fast(o, what))) {}
  Py_ssize_t size() const { return PySequence_Fast_GET_SIZE(items_.get()); }
  PyObject* get(Py_ssize_t i) const { return PySequence_Fast_GET_ITEM(items_.get(), i); }
  const Tensor& operator[](Py_ssize_t i) const {
    TG_CHECK_TYPE(is_tensor(get(i)), what_, " must be tensors, got ", Py_TYPE(get(i))->tp_name);
    return tensor_of(get(i));
  }
  void check_size(Py_ssize_t n) const { TG_CHECK_VALUE(size() == n, "there are ", n, " parameters but ", size(), " ", what_); }

 private:
  const char* what_;
  Ref items_;
};

const Tensor& grad_of(const Tensor& p) { return p->meta ? p->meta->grad : undefined_tensor(); }

// Steps the parameters that have a gradient. Without momentum the buffers are None; else one for each parameter, or None where
// it has none yet. If that makes buffers, the answer is a list of them, with None where none was made.
PyObject* py_sgd_step(PyObject* params_arg, PyObject* buffers_arg, double lr, double momentum, double dampening, double weight_decay, bool nesterov,
                      bool maximize) {
  const Items params(params_arg, "params");
  const Py_ssize_t n = params.size();
  const SgdArgs args{lr, momentum, dampening, weight_decay, nesterov, maximize, false};
  if (buffers_arg == Py_None) {
    for (Py_ssize_t i = 0; i < n; ++i)
      if (const Tensor& grad = grad_of(params[i]); grad.defined()) sgd_step(params[i], grad, nullptr, args);
    Py_RETURN_NONE;
  }
  const Items buffers(buffers_arg, "momentum buffers");
  buffers.check_size(n);
  Ref made;
  for (Py_ssize_t i = 0; i < n; ++i) {
    const Tensor& grad = grad_of(params[i]);
    if (!grad.defined()) continue;
    Tensor buffer = buffers.get(i) == Py_None ? Tensor() : buffers[i];
    const bool first = !buffer.defined();
    sgd_step(params[i], grad, &buffer, args);
    if (!first) continue;
    if (!made) {
      made = Ref::steal(PyList_New(n));
      for (Py_ssize_t j = 0; j < n; ++j) PyList_SET_ITEM(made.get(), j, Py_NewRef(Py_None));
    }
    PyList_SetItem(made.get(), i, Ref::steal(wrap(buffer)).release());
  }
  return made ? made.release() : Py_NewRef(Py_None);
}

void py_adam_step(PyObject* params_arg, PyObject* grads_arg, PyObject* exp_avgs_arg, PyObject* exp_avg_sqs_arg, PyObject* max_exp_avg_sqs_arg,
                  PyObject* steps_arg, double lr, double beta1, double beta2, double eps, double weight_decay, bool amsgrad, bool maximize,
                  bool decoupled_weight_decay) {
  const Items params(params_arg, "params"), grads(grads_arg, "gradients"), exp_avgs(exp_avgs_arg, "exp_avgs"),
      exp_avg_sqs(exp_avg_sqs_arg, "exp_avg_sqs"), max_exp_avg_sqs(max_exp_avg_sqs_arg, "max_exp_avg_sqs"), steps(steps_arg, "steps");
  for (const Items* items : {&grads, &exp_avgs, &exp_avg_sqs, &steps}) items->check_size(params.size());
  if (amsgrad) max_exp_avg_sqs.check_size(params.size());
  for (Py_ssize_t i = 0; i < params.size(); ++i)
    adam_step(params[i], grads[i], exp_avgs[i], exp_avg_sqs[i], amsgrad ? max_exp_avg_sqs[i] : undefined_tensor(), steps[i],
              {lr, beta1, beta2, eps, weight_decay, amsgrad, maximize, decoupled_weight_decay, 0});
}

void py_zero_grad(PyObject* params_arg, bool set_to_none) {
  const Items params(params_arg, "params");
  for (Py_ssize_t i = 0; i < params.size(); ++i) zero_grad(params[i], set_to_none);
}

}  // namespace

void bind_optim(OpTable& t) {
  t.def<&py_sgd_step, "_sgd_step">(Function, "params, momentum_buffers, lr, momentum, dampening, weight_decay, nesterov, maximize");
  t.def<&py_adam_step, "_adam_step">(Function, "params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, steps, lr, beta1, beta2, eps, weight_decay, "
                                               "amsgrad, maximize, decoupled_weight_decay");
  t.def<&py_zero_grad, "_zero_grad">(Function, "params, set_to_none");
}

}  // namespace tg::python
