import torch

x = torch.tensor([[3.0, -1.0, 2.0], [0.5, 4.0, -2.5]])
print(x.sum(), x.sum(0), x.sum(dim=1), x.sum(1, keepdim=True), x.sum((0, 1)), x.sum(-1))
print(x.mean(), x.mean(0), x.mean(1, keepdim=True), torch.mean(x, dim=(0, 1)))
print(x.prod(), x.prod(1), x.std(), x.std(0), x.var(1), x.var(unbiased=False), x.std(dim=1, correction=0))
print(x.max(), x.min(), x.argmax(), x.argmin(), x.argmax(1), x.argmin(dim=0, keepdim=True))
print(x.max(dim=1))
values, indices = x.min(0)
print(values, indices)
print(x.amax(1), x.amin((0, 1)))
print(x.norm(), x.norm(dim=1), x.norm(1), x.norm(p=2, dim=0, keepdim=True), x.abs().sum())
print(x.cumsum(1), x.cumprod(0))
print(x.logsumexp(1), x.median())
print((x > 0).any(), (x > 0).all(), (x > 0).any(1), (x > -9).all(0), (x > 0).sum(), (x > 0).float().mean())
print((x != 0).sum(), torch.sum(x > 0, dim=1))
print(torch.maximum(x, -x), torch.minimum(x[0], x[1]), torch.max(x, torch.zeros(())))

i = torch.arange(6).view(2, 3)
print(i.sum(), i.sum().dtype, i.prod(), i.max(), i.float().mean(), i.sum(0, dtype=torch.float32), i.bool().sum())
print(torch.tensor([250, 10], dtype=torch.uint8).sum(), torch.tensor([True, True]).sum(), torch.tensor([1, 2], dtype=torch.int32).cumsum(0).dtype)

n = torch.tensor([1.0, float("nan"), 3.0])
print(n.sum(), n.max(), n.min(), n.argmax(), n.mean(), n.isnan())
e = torch.zeros(0, 3)
print(e.sum(), e.sum(0), e.sum(1), e.mean(), e.prod(), e.mean(0), e.any(), e.all())
s = torch.tensor(5.0)
print(s.sum(), s.sum(0), s.max(0).values, s.mean(-1), s.argmax())

big = torch.linspace(0, 1, 100000)
print(f"{big.sum().item():.2f} {big.mean().item():.4f} {big.std().item():.4f} {(big ** 2).sum().item():.1f}")

w = torch.tensor([1.0, 2.0, 2.0], requires_grad=True)
for name, f in [("max", lambda t: t.max()), ("max(0)", lambda t: t.max(0).values), ("amax", lambda t: t.amax()), ("prod", lambda t: t.prod()),
                ("std", lambda t: t.std()), ("var", lambda t: t.var()), ("norm", lambda t: t.norm()), ("median", lambda t: t.median()),
                ("cumsum", lambda t: t.cumsum(0)[1]), ("logsumexp", lambda t: t.logsumexp(0))]:
    print(f"{name:10}", f(w), torch.autograd.grad(f(w), w)[0])
