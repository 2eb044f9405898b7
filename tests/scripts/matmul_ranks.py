"""What @ does for every pair of ranks."""
import torch

torch.manual_seed(0)

shapes = [(4,), (3, 4), (2, 3, 4), (5, 1, 3, 4)]
others = [(4,), (4, 6), (2, 4, 6), (5, 2, 4, 3)]
for a in shapes:
    for b in others:
        try:
            print(a, b, "->", tuple((torch.ones(a) @ torch.ones(b)).shape))
        except RuntimeError as e:
            print(a, b, "->", e)

A = torch.randn(5, 6)
B = torch.randn(6, 14)
v = torch.randn(6)
print(A @ v)
print((A @ B).shape, (A @ B)[4])
print(torch.mm(A, B).sum(), torch.matmul(A, B).mean(), A.mm(B).max(), A.matmul(v).norm())
print(torch.mv(A, v), torch.dot(v, v), v @ v, v.dot(A[0]))
print(torch.outer(torch.arange(3.0), torch.arange(2.0)))
print(torch.bmm(torch.ones(2, 2, 3), torch.ones(2, 3, 1)).squeeze())
print(torch.addmm(torch.ones(14), A, B, beta=2, alpha=0.5)[0])
print((A.T @ A).shape, torch.allclose(A.T @ A, (A.T @ A).T))
print(A.t() @ A[:, :3])
print((B.t() @ A.t()).T.sub(A @ B).abs().max() < 1e-5)
print(torch.eye(3) @ torch.arange(9.0).view(3, 3), torch.arange(4).view(2, 2) @ torch.tensor([[1, 1], [0, 2]]))
print(torch.ones(0, 3) @ torch.ones(3, 2), torch.ones(2, 0) @ torch.ones(0, 3))
print((A.double() @ v.double()).dtype)

w = torch.randn(4, 3, requires_grad=True)
x = torch.randn(2, 5, 4, requires_grad=True)
y = x @ w
print(y.shape, y.grad_fn.name())
y.sum().backward()
print(w.grad)
print(x.grad[0, 0], w.sum(1))
q = torch.randn(2, 3, 4)
k = torch.randn(2, 3, 4)
att = torch.softmax(q @ k.transpose(-2, -1) / 4 ** 0.5, dim=-1)
print(att)
print((att @ k).shape)
