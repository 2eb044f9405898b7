"""Zero-dimensional tensors in everyday Python."""
import math

import torch

loss = torch.tensor(0.123456789)
print(loss, loss.item(), loss.shape, loss.dim(), loss.numel())
print(f"{loss:.4f}", f"{loss:8.2f}|", f"{loss:e}", f"{loss:.1%}", "%.3f" % loss, "{:.2f}".format(loss), f"{loss}", str(loss))
print(float(loss), int(torch.tensor(7)), bool(torch.tensor(0)), math.sqrt(torch.tensor(2.25)), round(loss.item(), 3))
print(loss > 0.1, bool(loss > 0.1), loss == loss, loss != 1, not loss)
print("positive" if loss > 0 else "negative", max(torch.tensor(1.0), torch.tensor(2.0)), min([torch.tensor(3), torch.tensor(2)]))
print(sum([torch.tensor(1.0), torch.tensor(2.5)]), sum(torch.arange(4)), abs(torch.tensor(-3)), -loss, +loss)
print([10, 20, 30][torch.tensor(2)], list(range(torch.tensor(3))), "ab" * torch.tensor(2))
print(1 + loss, loss - 1, 2 * loss, 1 / loss, loss ** 2, 2 ** loss, loss // 0.1, loss % 0.1, 7 // torch.tensor(2))
print(loss.tolist(), [loss.item()], torch.tensor([5]).item(), torch.tensor([[5]]).item(), float(torch.tensor([2.5])))
print(torch.tensor(3) is torch.tensor(3), hash(loss) == hash(loss), loss in [loss], {loss: 1}[loss])
total = 0.0
for value in torch.tensor([1.5, 2.5, 3.0]):
    total += value
print(total, type(total).__name__)
total = 0
for value in torch.tensor([1.5, 2.5, 3.0]):
    total += value.item()
print(total, type(total).__name__)
history = [torch.tensor(v) for v in (3.0, 2.0, 1.0)]
print(history, torch.stack(history), torch.tensor(history).mean(), sum(history) / len(history))
best = float("inf")
for i, value in enumerate(history):
    if value < best:
        best = value
        print("new best", i, best)
print(torch.tensor(float("nan")) == torch.tensor(float("nan")), math.isnan(torch.tensor(float("nan"))), torch.isnan(loss), torch.isfinite(loss), torch.isinf(torch.tensor(1e39)))
w = torch.tensor(2.0, requires_grad=True)
print(f"{w:.1f}", w.item(), (w * 3).item(), w.detach().item())
for f in (lambda: torch.ones(2).item(), lambda: f"{torch.ones(2):.2f}", lambda: int(torch.ones(3)), lambda: bool(torch.ones(2)), lambda: [1][torch.tensor(1.0)]):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
print(1 if torch.tensor([]).numel() == 0 else 2, torch.allclose(loss, torch.tensor(0.12345679)), torch.equal(torch.tensor(1), torch.tensor(1)))
print(divmod(7, 2), torch.div(torch.tensor(7), 2, rounding_mode="floor"), torch.div(torch.tensor(-7), 2, rounding_mode="trunc"))
