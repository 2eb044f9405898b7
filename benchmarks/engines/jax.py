"""JAX. Everything is jitted: a jitted operation is dispatched faster than an eager one, and JAX has no other fast path.

Calls may overlap with the computation of those before them; the clock stops when the last result is there.
"""

import jax
import jax.numpy as jnp

from . import Engine, Statement

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_enable_x64", True)  # for the double precision products; arrays of floats stay floats


class Jax(Engine):
    module = "jax.numpy"
    functions = {
        "exp": jnp.exp,
        "linear": lambda x, w, b: x @ w.T + b,
        "log": jnp.log,
        "log_softmax": jax.nn.log_softmax,
        "relu": lambda a: jnp.maximum(a, 0),
        "sigmoid": jax.nn.sigmoid,
        "softmax": jax.nn.softmax,
        "sum": jnp.sum,
        "tanh": jnp.tanh,
        "transposed": lambda a: a.T,
    }

    def about(self):
        return {"version": jax.__version__, "build": f"jaxlib {jax.lib.__version__}"}

    def array(self, values):
        return jnp.array(values)

    def numpy(self, array):
        return jax.device_get(array)

    def wait(self, result):
        result.block_until_ready()

    def statement(self, text, **arrays):
        names = {name: self.array(values) for name, values in arrays.items()}
        if text == "add_(a, b)":
            return Statement("add_(b)", {"add_": donated_sum(names["a"]), "b": names["b"]}, self)
        signature = ", ".join(names)
        jitted = jax.jit(eval(f"lambda {signature}: {text}", self.functions.copy()))
        return Statement(f"jitted({signature})", {"jitted": jitted, **names}, self)

    def train_step(self, layers, x, labels, lr):
        params = [(self.array(w), self.array(b)) for w, b in layers]
        x, labels = self.array(x), self.array(labels)

        def loss_of(params, x, labels):
            for w, b in params[:-1]:
                x = jnp.maximum(x @ w.T + b, 0)
            w, b = params[-1]
            log_p = jax.nn.log_softmax(x @ w.T + b)
            return -jnp.take_along_axis(log_p, labels[:, None], axis=1).mean()

        def update(params, x, labels):
            loss, grads = jax.value_and_grad(loss_of)(params, x, labels)
            return loss, jax.tree.map(lambda p, g: p - lr * g, params, grads)

        update = jax.jit(update, donate_argnums=0)

        def step():
            nonlocal params
            loss, params = update(params, x, labels)
            return loss

        return step


def donated_sum(a):
    """The nearest to an in-place addition: the sum may be written over its first argument."""
    add = jax.jit(lambda a, b: a + b, donate_argnums=0)

    def add_(b):
        nonlocal a
        a = add(a, b)
        return a

    return add_
