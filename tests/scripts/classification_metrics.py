"""Train on three blobs, then count."""
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(12)

centres = torch.tensor([[0.0, 3.0], [3.0, -2.0], [-3.0, -2.0]])
labels = torch.arange(3).repeat(30)
points = centres[labels] + 2 * torch.randn(90, 2)
perm = torch.randperm(90)
points, labels = points[perm], labels[perm]
train_x, test_x = points[:60], points[60:]
train_y, test_y = labels[:60], labels[60:]
print([(train_y == c).sum().item() for c in range(3)])

model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)

for epoch in range(30):
    logits = model(train_x)
    loss = F.cross_entropy(logits, train_y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if epoch % 6 == 0:
        acc = (logits.argmax(1) == train_y).float().mean()
        print(f"{epoch:2d} loss {loss:.3f} acc {acc:.3f}")

model.eval()
with torch.no_grad():
    logits = model(test_x)
pred = logits.argmax(dim=1)
print("pred  ", pred)
print("target", test_y)
print("correct", (pred == test_y).sum().item(), "of", len(test_y))

confusion = torch.zeros(3, 3, dtype=torch.int64)
for t, p in zip(test_y, pred):
    confusion[t, p] += 1
print(confusion)
tp = confusion.diagonal()
precision = tp / confusion.sum(0)
recall = tp / confusion.sum(1)
print("precision", precision, "recall", recall)
print("f1", 2 * precision * recall / (precision + recall))
top2 = logits.topk(2, dim=1).indices
print("top-2", (top2 == test_y[:, None]).any(1).float().mean().item())
conf, cls = F.softmax(logits, dim=1).max(dim=1)
print("least sure", conf.argmin().item(), f"{conf.min():.3f}", cls[conf.argmin()].item())
print((pred != test_y).nonzero().flatten().tolist())
print(F.one_hot(pred[:4], 3), sorted(set(pred.tolist())))
