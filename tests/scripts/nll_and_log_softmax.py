"""CrossEntropyLoss is LogSoftmax and NLLLoss in one."""
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(4)
x = torch.randn(4, 6, requires_grad=True)
y = torch.tensor([0, 5, 2, 2])

logp = nn.LogSoftmax(dim=1)(x)
print(logp)
print(logp.exp().sum(dim=1))
loss = nn.NLLLoss()(logp, y)
print(loss, loss.grad_fn.name())
a, = torch.autograd.grad(loss, x)
b, = torch.autograd.grad(nn.CrossEntropyLoss()(x, y), x)
print(torch.equal(a, b))
print(a)

print(F.nll_loss(logp, y, reduction="sum"), F.nll_loss(logp, y, reduction="none"))
print(F.nll_loss(logp, y, weight=torch.linspace(0.5, 1, 6)), F.nll_loss(logp, y, ignore_index=2))

p = torch.softmax(x, dim=1)
print(p)
print(p.sum(1), p.argmax(1))
print(torch.softmax(x, dim=0).sum(0))
print(F.softmax(x, dim=-1)[0], nn.Softmax(dim=1)(x)[0])
print(torch.log(p)[0] - logp[0] < 1e-5)

big = torch.tensor([1000.0, 1001.0, 1002.0])
print(torch.softmax(big, 0), torch.log_softmax(big, 0))
print(torch.softmax(torch.tensor([0.0, float("-inf"), 1.0]), 0))
print(torch.softmax(torch.full((3,), float("-inf")), 0))
print(torch.logsumexp(x, dim=1), x.logsumexp(0).shape)
print(torch.softmax(torch.tensor([1, 2, 3]), dim=0, dtype=torch.float32))
print(F.log_softmax(torch.zeros(2, 4), dim=1))
