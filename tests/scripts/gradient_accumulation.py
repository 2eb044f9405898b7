import copy

import torch
import torch.nn as nn

torch.manual_seed(0)

data = torch.randn(12, 6)
labels = torch.randint(0, 3, (12,))
print("labels", labels)

big = nn.Linear(6, 3)
small = copy.deepcopy(big)
loss_fn = nn.CrossEntropyLoss()

# one large batch
loss_fn(big(data), labels).backward()

# the same in four micro batches
for i, (xb, yb) in enumerate(zip(data.split(3), labels.split(3))):
    loss = loss_fn(small(xb), yb) / 4
    loss.backward()
    print(f"micro batch {i}: loss {loss.item() * 4:.4f}, |grad| {small.weight.grad.norm():.4f}")

print(big.weight.grad)
print(small.weight.grad)
print("same:", torch.allclose(big.weight.grad, small.weight.grad, atol=1e-6))

# forgetting zero_grad doubles it
loss_fn(big(data), labels).backward()
print("twice:", torch.allclose(big.weight.grad, 2 * small.weight.grad, atol=1e-6))

opt = torch.optim.SGD(big.parameters(), lr=0.1)
opt.zero_grad()
print("set to None:", big.weight.grad)
loss_fn(big(data), labels).backward()
opt.zero_grad(set_to_none=False)
print("set to zero:", big.weight.grad)
big.zero_grad()
print([p.grad for p in big.parameters()])
