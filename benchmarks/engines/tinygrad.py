"""tinygrad with TinyJit, on its CPU device."""

import os

os.environ.update(DEV="CPU", TRAINING="1")

from importlib.metadata import version  # noqa: E402

from tinygrad import Device, Tensor, TinyJit  # noqa: E402
from tinygrad.nn.optim import SGD  # noqa: E402

from . import Engine, Statement  # noqa: E402


class Tinygrad(Engine):
    module = "tinygrad"
    functions = {
        "exp": Tensor.exp,
        "linear": lambda x, w, b: x @ w.T + b,
        "log": Tensor.log,
        "log_softmax": Tensor.log_softmax,
        "relu": Tensor.relu,
        "sigmoid": Tensor.sigmoid,
        "softmax": Tensor.softmax,
        "sum": Tensor.sum,
        "tanh": Tensor.tanh,
        "transposed": lambda a: a.T.contiguous(),
        "add_": lambda a, b: a.assign(a + b),
    }

    def about(self):
        return {"version": version("tinygrad"), "build": f"device {Device.DEFAULT}"}

    def array(self, values):
        return Tensor(values).realize()

    def numpy(self, array):
        return array.numpy()

    def wait(self, result):
        Device[Device.DEFAULT].synchronize()

    def statement(self, text, **arrays):
        names = {name: self.array(values) for name, values in arrays.items()}
        signature = ", ".join(names)
        function = eval(f"lambda {signature}: {text}", self.functions.copy())
        jitted = TinyJit(lambda *arrays: function(*arrays).realize())
        return Statement(f"jitted({signature})", {"jitted": jitted, **names}, self)

    def train_step(self, layers, x, labels, lr):
        params = [(self.array(w), self.array(b)) for w, b in layers]
        x, labels = self.array(x), self.array(labels)
        optimizer = SGD([p for pair in params for p in pair], lr=lr)

        @TinyJit
        def step(x, labels):
            optimizer.zero_grad()
            for w, b in params[:-1]:
                x = (x @ w.T + b).relu()
            w, b = params[-1]
            loss = (x @ w.T + b).sparse_categorical_crossentropy(labels).backward()
            return loss.realize(*optimizer.schedule_step())

        return lambda: step(x, labels)
