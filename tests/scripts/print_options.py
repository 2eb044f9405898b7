import math

import torch

t = torch.tensor([[math.pi, -math.e], [1e-3, 1234.5]])
print(t)

torch.set_printoptions(precision=2)
print(t)

torch.set_printoptions(precision=8)
print(t[0])

torch.set_printoptions(precision=3, sci_mode=True)
print(t)

torch.set_printoptions(sci_mode=False)
print(t)
print(torch.tensor([1e-7, 1.0]))

torch.set_printoptions(profile="short")
print(torch.linspace(0, 1, 2001))
print(t)

torch.set_printoptions(profile="full")
print(torch.arange(1200)[:40])
print("..." in str(torch.arange(1010) % 7))

torch.set_printoptions(profile="default")
torch.set_printoptions(threshold=10, edgeitems=2)
print(torch.arange(40).view(5, 8))
print(torch.arange(60.0).view(3, 4, 5))

torch.set_printoptions(profile="default", linewidth=40)
print(torch.arange(30))
print(torch.rand(0, 4), torch.ones(7, requires_grad=True))
print(torch.ones(7, requires_grad=True) * 2)

torch.set_printoptions(profile="default")
print(t)
print(t.double())
