"""MLX on its CPU device, with mx.compile. It has no setting for threads: the affinity of its process bounds them."""

from functools import partial
from importlib.metadata import version

import mlx.core as mx
import mlx.nn as nn
import numpy as np
from mlx.optimizers import SGD

from . import Engine, Statement

mx.set_default_device(mx.cpu)


def log_softmax(a, axis):
    return a - mx.logsumexp(a, axis, keepdims=True)


class MLX(Engine):
    module = "mlx.core"
    functions = {
        "exp": mx.exp,
        "linear": lambda x, w, b: x @ w.T + b,
        "log": mx.log,
        "log_softmax": log_softmax,
        "relu": lambda a: mx.maximum(a, 0),
        "sigmoid": mx.sigmoid,
        "softmax": mx.softmax,
        "sum": mx.sum,
        "tanh": mx.tanh,
        "transposed": lambda a: mx.contiguous(a.T),
        "add_": lambda a, b: a + b,
    }

    def about(self):
        return {"version": version("mlx"), "build": str(mx.default_device())}

    def array(self, values):
        return mx.array(values, dtype={"float64": mx.float64}.get(values.dtype.name))

    def numpy(self, array):
        return np.array(array)

    def statement(self, text, **arrays):
        names = {name: self.array(values) for name, values in arrays.items()}
        signature = ", ".join(names)
        compiled = mx.compile(eval(f"lambda {signature}: {text}", self.functions.copy()))
        return Statement(f"done(compiled({signature}))", {"compiled": compiled, "done": done, **names}, self)

    def train_step(self, layers, x, labels, lr):
        modules = []
        for weight, bias in layers:
            layer = nn.Linear(weight.shape[1], weight.shape[0])
            layer.weight, layer.bias = self.array(weight), self.array(bias)
            modules += [layer, nn.ReLU()]
        net, optimizer = nn.Sequential(*modules[:-1]), SGD(lr)
        x, labels = self.array(x), self.array(labels)
        gradient = nn.value_and_grad(net, lambda: nn.losses.cross_entropy(net(x), labels, reduction="mean"))
        state = [net.state, optimizer.state]

        @partial(mx.compile, inputs=state, outputs=state)
        def compiled():
            loss, grads = gradient()
            optimizer.update(net, grads)
            return loss

        def step():
            loss = compiled()
            mx.eval(loss, state)
            return loss

        return step


def done(result):
    mx.eval(result)
    return result
