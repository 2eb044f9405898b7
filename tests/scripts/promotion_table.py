import itertools

import torch

dtypes = [torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float32, torch.float64]
short = {d: str(d).split(".")[1] for d in dtypes}

print("tensor + tensor")
for a in dtypes:
    print(f"{short[a]:>8}", *(f"{short[(torch.ones(2, dtype=a) * torch.ones(2, dtype=b)).dtype]:>8}" for b in dtypes))

print("tensor * 0-d tensor")
for a in dtypes:
    print(f"{short[a]:>8}", *(f"{short[(torch.ones(2, dtype=a) * torch.ones((), dtype=b)).dtype]:>8}" for b in dtypes))

print("tensor * number")
for a in dtypes:
    t = torch.ones(2, dtype=a)
    print(f"{short[a]:>8}", *(short[(t * s).dtype] for s in (True, 2, 1.5)))

print("true division, floor division, power, modulo")
for a in dtypes[1:]:
    t = torch.tensor([7, 9], dtype=a)
    print(f"{short[a]:>8}", t / 2, t // 2, t ** 2, t % 4)

print("unary")
for a in dtypes:
    t = torch.ones(2, dtype=a)
    print(f"{short[a]:>8}", t.exp().dtype, t.sum().dtype, t.sqrt().dtype, t.tanh().dtype, t.cumsum(0).dtype, (t > 0).dtype)

for a, b in itertools.product([torch.int32, torch.float32], [torch.uint8, torch.float64]):
    print(a, b, torch.promote_types(a, b), torch.result_type(torch.ones(1, dtype=a), torch.ones((), dtype=b)), torch.can_cast(b, a))

print(torch.tensor(1) + 1.5, torch.tensor([1]) + torch.tensor(1.5), torch.tensor([1], dtype=torch.int32) + 2)
print(torch.where(torch.tensor([True, False]), 1, 2.5), torch.cat([torch.ones(1), torch.ones(1, dtype=torch.int64)]))
print(torch.full((2,), 1).dtype, torch.full((2,), 1.0).dtype, torch.full((2,), True).dtype, torch.arange(3).dtype, torch.arange(0, 1, 0.5).dtype)
print(-7 // torch.tensor(2), torch.tensor(-7) % 3, torch.tensor(7) % -3, torch.tensor(-7.5) // 2)
print(torch.tensor(200, dtype=torch.uint8) + torch.tensor(100, dtype=torch.uint8))
torch.set_default_dtype(torch.float64)
print(torch.tensor(1.5).dtype, torch.zeros(1), torch.tensor([1]) / 2)
torch.set_default_dtype(torch.float32)
