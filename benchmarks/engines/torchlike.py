"""torch, and tinygrad_ext under the same names: one adapter, so that both are asked in the same words."""

from . import Engine, Statement


class Torchlike(Engine):
    def __init__(self, name, threads, torch):
        super().__init__(name, threads)
        torch.set_num_threads(threads)
        self.torch = torch
        names = "exp log log_softmax relu sigmoid softmax sum tanh".split()
        self.functions = {name: getattr(torch, name) for name in names}
        self.functions["linear"] = torch.nn.functional.linear
        self.functions["add_"] = torch.Tensor.add_
        self.functions["transposed"] = lambda a: a.t().contiguous()

    def array(self, values):
        return self.torch.tensor(values)

    def numpy(self, array):
        return array.detach().numpy()

    def recorded(self, text, **arrays):
        names = {name: self.array(values).requires_grad_() for name, values in arrays.items()}
        return Statement(text, {**self.functions, **names}, self)

    def linear(self, weight, bias):
        layer = self.torch.nn.Linear(weight.shape[1], weight.shape[0])
        with self.torch.no_grad():
            layer.weight.copy_(self.torch.from_numpy(weight))
            layer.bias.copy_(self.torch.from_numpy(bias))
        return layer

    def module_call(self, weight, bias, x):
        return Statement("net(x)", {"net": self.linear(weight, bias), "x": self.array(x)}, self)

    def net(self, layers):
        nn, modules = self.torch.nn, []
        for weight, bias in layers:
            modules += [self.linear(weight, bias), nn.ReLU()]
        return nn.Sequential(*modules[:-1])

    def train_step(self, layers, x, labels, lr):
        net, x, labels = self.net(layers), self.array(x), self.array(labels)
        optimizer = self.torch.optim.SGD(net.parameters(), lr=lr)
        cross_entropy = self.torch.nn.functional.cross_entropy

        def step():
            optimizer.zero_grad()
            loss = cross_entropy(net(x), labels)
            loss.backward()
            optimizer.step()
            return loss

        return step

    def optimizer(self, kind, parameters, gradients, **options):
        values = [self.torch.nn.Parameter(self.array(p)) for p in parameters]
        for value, gradient in zip(values, gradients):
            value.grad = self.array(gradient)
        optimizer = getattr(self.torch.optim, kind)(values, **options)
        optimizer.values = values
        return optimizer

    def chain(self, length):
        x = self.torch.ones(1, requires_grad=True)

        def forward():
            y = x
            for _ in range(length):
                y = y + 1.0
            return y

        return x, forward


class TinygradExt(Torchlike):
    module = "tinygrad_ext"

    def __init__(self, name, threads):
        import tinygrad_ext
        super().__init__(name, threads, tinygrad_ext)

    def about(self):
        return {"version": self.torch.__version__, "build": self.torch.__config__.show()}


class Torch(Torchlike):
    module = "torch"

    def __init__(self, name, threads):
        import torch
        super().__init__(name, threads, torch)

    def about(self):
        return {"version": self.torch.__version__, "build": self.torch.__config__.show()}


class TorchCompile(Torch):
    """torch with the network compiled; what is not a network stays as it is."""

    def net(self, layers):
        return self.torch.compile(super().net(layers))
