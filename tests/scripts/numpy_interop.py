import numpy as np
import torch

a = np.arange(6, dtype=np.float32).reshape(2, 3)
t = torch.from_numpy(a)
print(t, t.dtype)
t[0, 0] = 100
print(a)
a[1] = -1
print(t)

print(torch.tensor(a).data_ptr() != t.data_ptr(), torch.as_tensor(a).data_ptr() == t.data_ptr())
for dtype in [np.float64, np.float32, np.int64, np.int32, np.int16, np.int8, np.uint8, np.bool_]:
    print(np.dtype(dtype).name, torch.from_numpy(np.ones(2, dtype=dtype)))

back = torch.ones(2, 2).numpy()
print(back, back.dtype, type(back).__name__)
w = torch.rand(2, requires_grad=True)
print(w.detach().numpy().shape)
try:
    w.numpy()
except RuntimeError as e:
    print(e)

print(np.asarray(torch.arange(3)), np.array(torch.ones(2)).sum())
print(np.sqrt(torch.tensor([4.0, 9.0])))
print(torch.tensor(np.float64(1.5)), torch.tensor(np.int32(3)), torch.tensor([np.float64(1), np.float64(2)]))
print(torch.tensor(np.array(2.5)), torch.tensor(np.zeros((0, 2))))
print(torch.from_numpy(np.asfortranarray(a)).stride(), torch.from_numpy(a.T).stride(), torch.from_numpy(a[:, ::2]))
for bad in [a[::-1], np.array(["x"]), a.astype(">f4")]:
    try:
        print(torch.from_numpy(bad))
    except (ValueError, TypeError) as e:
        print(type(e).__name__, str(e).split(".")[0])

mean = torch.from_numpy(np.array([[1.0, 2.0], [3.0, 4.0]])).mean(0)
print(mean, mean.tolist(), mean.numpy().tolist())
print(torch.tensor([1, 2, 3]).numpy() * 2, torch.tensor([True, False]).numpy())
print(torch.arange(4).view(2, 2).t().numpy().strides, torch.arange(4).view(2, 2).t().numpy().tolist())
print(float(torch.tensor(2.5)), int(torch.tensor(7.9)), [10, 20, 30][torch.tensor(1)], round(torch.tensor(2.567).item(), 2))
print(np.allclose(torch.linspace(0, 1, 5), np.linspace(0, 1, 5)), torch.tensor(a.tolist()).shape)
