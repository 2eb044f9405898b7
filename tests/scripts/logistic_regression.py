import torch
import torch.nn.functional as F

torch.manual_seed(7)

# two blobs
n = 50
a = torch.randn(n, 2) + torch.tensor([2.0, 2.0])
b = torch.randn(n, 2) + torch.tensor([-1.0, -1.0])
X = torch.cat([a, b])
y = torch.cat([torch.ones(n), torch.zeros(n)])
print(X.shape, y.shape, X.mean(0), X.std(0))

w = torch.zeros(2, requires_grad=True)
bias = torch.zeros((), requires_grad=True)


def forward(x):
    return x @ w + bias


for step in range(101):
    logits = forward(X)
    loss = F.binary_cross_entropy_with_logits(logits, y)
    if w.grad is not None:
        w.grad = None
        bias.grad = None
    loss.backward()
    w.data -= 0.5 * w.grad
    bias.data -= 0.5 * bias.grad
    if step % 20 == 0:
        acc = ((logits > 0) == (y == 1)).float().mean()
        print("step", step, "loss", round(loss.item(), 3), "acc", acc.item())

print("w", w)
print("bias", bias)
probs = torch.sigmoid(forward(X[:5]))
print("probs", probs)
print("by hand", 1 / (1 + torch.exp(-forward(X[:5]))))
confusion = torch.zeros(2, 2, dtype=torch.long)
for t, p in zip(y.long(), (forward(X) > 0).long()):
    confusion[t, p] += 1
print(confusion)
