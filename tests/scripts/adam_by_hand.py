"""Adam against its formula."""
import math

import torch

torch.manual_seed(11)

start = torch.randn(4)
p = start.clone().requires_grad_()
q = start.clone()
opt = torch.optim.Adam([p], lr=0.05, betas=(0.8, 0.99), eps=1e-8)

m = torch.zeros(4)
v = torch.zeros(4)

for t in range(1, 21):
    opt.zero_grad()
    loss = (p ** 4 - p).sum()
    loss.backward()
    g = p.grad.clone()
    opt.step()

    m = 0.8 * m + 0.2 * g
    v = 0.99 * v + 0.01 * g * g
    m_hat = m / (1 - 0.8 ** t)
    v_hat = v / (1 - 0.99 ** t)
    q = q - 0.05 * m_hat / (v_hat.sqrt() + 1e-8)
    if t in (1, 2, 5, 10, 20):
        print(t, f"{loss.item():.4f}", p.data, "hand:", q)

state = opt.state[p]
print("step", state["step"], "exp_avg", state["exp_avg"])
print("bias correction", 1 - math.pow(0.8, 20))
print("close:", torch.allclose(p.data, q, atol=1e-5))

amsgrad = torch.optim.Adam([p], lr=0.01, amsgrad=True, weight_decay=0.1)
for _ in range(3):
    amsgrad.zero_grad()
    (p ** 2).sum().backward()
    amsgrad.step()
print(sorted(amsgrad.state[p]))
print(p)
print(amsgrad)
