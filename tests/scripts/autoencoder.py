import torch
from torch import nn

torch.manual_seed(0)


class AutoEncoder(nn.Module):
    def __init__(self, dim=16, code=3):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(dim, 12), nn.Tanh(), nn.Linear(12, code))
        self.decoder = nn.Sequential(nn.Linear(code, 12), nn.Tanh(), nn.Linear(12, dim))

    def forward(self, x):
        z = self.encoder(x)
        return self.decoder(z), z


# data on a two-dimensional surface
basis = torch.randn(2, 16)
codes = torch.rand(64, 2) * 2 - 1
data = torch.sin(codes @ basis)

model = AutoEncoder()
print(model)
optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
mse = nn.MSELoss()

for epoch in range(1, 41):
    epoch_loss = 0
    for batch in data.split(16):
        recon, _ = model(batch)
        loss = mse(recon, batch)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        epoch_loss += loss.item()
    if epoch % 8 == 0:
        print(f"epoch {epoch}: {epoch_loss / 4:.3f}")

model.eval()
with torch.no_grad():
    recon, z = model(data[:2])
print(z.shape, recon.shape)
print("error per sample", [f"{e:.2f}" for e in ((recon - data[:2]) ** 2).mean(1).tolist()])
for name, module in model.named_children():
    print(name, sum(p.numel() for p in module.parameters()))
print(sorted(model.state_dict())[:4])
