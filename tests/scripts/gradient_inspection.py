"""Look at every gradient that one backward pass leaves behind."""
import torch
from torch import nn

torch.manual_seed(3)

model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
x = torch.randn(5, 3, requires_grad=True)
target = torch.tensor([0, 1, 1, 0, 1])

hidden = model[0](x)
hidden.retain_grad()
act = model[1](hidden)
logits = model[2](act)
loss = nn.CrossEntropyLoss()(logits, target)

print("before backward")
for name, p in model.named_parameters():
    print(" ", name, tuple(p.shape), p.grad, p.is_leaf)

loss.backward()

print("after backward")
for name, p in model.named_parameters():
    print(" ", name, p.grad.shape, f"norm {p.grad.norm():.4f}")
    print(p.grad)
print("x.grad", x.grad)
print("hidden.grad", hidden.grad)
print("leaf?", x.is_leaf, hidden.is_leaf, loss.is_leaf)
print("fn:", hidden.grad_fn.name(), act.grad_fn.name(), logits.grad_fn.name(), loss.grad_fn.name())

# the gradient of the logits by hand
probs = torch.softmax(logits.detach(), dim=1)
probs[torch.arange(5), target] -= 1
print("dlogits by hand", probs / 5)
print("bias gradient  ", (probs / 5).sum(0))
print("share of dead units:", (act == 0).float().mean().item())
