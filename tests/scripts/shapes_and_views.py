import torch

t = torch.arange(12)
m = t.view(3, 4)
print(m, m.shape, m.stride(), m.is_contiguous())
print(m.t().stride(), m.t().is_contiguous(), m.T.contiguous().stride())
m[0, 0] = 100
print(t[0], m._base is t, m.t()._base is t, m.data_ptr() == t.data_ptr())
print(t.view(-1, 6).shape, t.reshape(2, -1).shape, m.flatten().shape, m.view(2, 2, 3).permute(2, 0, 1).shape)
print(m.unsqueeze(0).shape, m.unsqueeze(-1).shape, torch.zeros(1, 3, 1).squeeze().shape, torch.zeros(1, 3, 1).squeeze(0).shape, torch.zeros(2, 3).squeeze(0).shape)
print(torch.cat([m, m]).shape, torch.cat((m, m), dim=1).shape, torch.stack([m, m]).shape, torch.stack([t, t], dim=1).shape)
print(torch.zeros(2, 3).expand(4, 2, 3).stride(), torch.ones(3, 1).expand(-1, 2), torch.arange(3).expand(2, 3))
print([c.tolist() for c in t.chunk(5)], [s.tolist() for s in t.split(5)], [s.shape for s in m.split([1, 3], dim=1)], len(m.unbind(1)))
print(m.transpose(0, 1)[1], m.swapaxes(0, 1).shape, torch.zeros(2, 3, 4).mT.shape, torch.zeros(2, 3, 4).movedim(0, -1).shape)
print(torch.flatten(torch.zeros(2, 3, 4), 1).shape, torch.zeros(2, 12).unflatten(1, (3, 4)).shape, torch.zeros(2, 3).ravel().shape)
print(torch.arange(0, 10, 3), torch.arange(5, 0, -2), torch.arange(0.0, 1.0, 0.25), torch.linspace(-1, 1, 5), torch.eye(2, 3))
print(torch.zeros(2, 3).numel(), torch.zeros(2, 3).nelement(), torch.zeros(2, 3).dim(), torch.zeros(2, 3).ndim, torch.zeros(2, 3).size(-1), len(m))
print(torch.tril(torch.ones(3, 3)), torch.triu(torch.ones(3, 3), 1), torch.diag(torch.tensor([1, 2])), m.diagonal())
a, b = torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij")
print(a, b)
print(m.roll(1, 0)[0], m.flip(0)[0], m.repeat(1, 2).shape, t[:3].repeat_interleave(2))

x = m.t()
try:
    x.view(12)
except RuntimeError as e:
    print(e)
print(x.reshape(12), x.contiguous().view(12).equal(x.reshape(12)), x.flatten()[:3])
c = m.clone()
c.zero_()
print(m.sum(), c.sum(), m[1:, 1:].storage_offset(), m[:, ::2].stride())
s = torch.zeros(3, 4).shape
rows, cols = s
print(s, rows, cols, s[0], s[-1], s[1:], s == (3, 4), list(s), tuple(s), s.numel(), s + (5,))
n = torch.zeros(4, 0)
print(n.shape, n.numel(), n.sum(), torch.cat([n, torch.ones(4, 2)], 1).shape, n.view(0, 4).shape)
v = torch.zeros(2, 2).view(4)
v += 1
print(v, v._base, v._is_view(), torch.zeros(1)._is_view())
