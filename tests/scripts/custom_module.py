"""A module with parameters, buffers and a child, looked at from all sides."""
import torch
from torch import Tensor, nn


class RunningScale(nn.Module):
    """Divide by a running standard deviation."""

    def __init__(self, features: int, momentum: float = 0.1):
        super().__init__()
        self.momentum = momentum
        self.gain = nn.Parameter(torch.ones(features))
        self.register_parameter("shift", None)
        self.register_buffer("scale", torch.ones(features))
        self.register_buffer("steps", torch.tensor(0))
        self.register_buffer("scratch", torch.zeros(1), persistent=False)
        self.post = nn.Linear(features, 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            with torch.no_grad():
                self.scale.mul_(1 - self.momentum).add_(self.momentum * x.std(0))
                self.steps += 1
        return self.post(self.gain * x / self.scale)

    def extra_repr(self) -> str:
        return f"{self.gain.numel()}, momentum={self.momentum}"


torch.manual_seed(0)
m = RunningScale(3)
print(m)
x = torch.randn(8, 3) * torch.tensor([1.0, 5.0, 10.0])
for _ in range(5):
    out = m(x)
print(m.scale, m.steps)
m.eval()
m(x)
print(m.steps, m.training, m.post.training)

print([n for n, _ in m.named_parameters()])
print([n for n, _ in m.named_buffers()])
print([(n, type(c).__name__) for n, c in m.named_modules()])
print(list(m.state_dict()))
print(m.state_dict())
print(m.shift, "gain" in dict(m.named_parameters()))

out.pow(2).mean().backward()
print(m.gain.grad, m.scale.requires_grad)
m.double()
print(m.gain.dtype, m.scale.dtype, m.steps.dtype)
m.float().requires_grad_(False)
print([p.requires_grad for p in m.parameters()])
m.apply(lambda mod: print("visit", type(mod).__name__))
m.scale = torch.full((3,), 2.0)
print(m.state_dict()["scale"])
del m.post
print(m)
print(sum(p.numel() for p in m.parameters()), callable(m), isinstance(m, nn.Module))
