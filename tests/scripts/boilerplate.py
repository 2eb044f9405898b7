"""The lines at the top of real scripts that have to work before anything else does."""
import os
import random

import torch
import torch.backends.cudnn as cudnn
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
import torch.optim.lr_scheduler as lr_scheduler
import torch.utils.data
from torch import Tensor
from torch.autograd import Variable
from torch.nn import init
from torch.nn.parameter import Parameter
from torch.optim import SGD, Adam
from torch.utils.data import DataLoader, Dataset

os.environ["PYTHONHASHSEED"] = "0"
random.seed(0)
torch.manual_seed(0)
torch.cuda.manual_seed(0)
torch.cuda.manual_seed_all(0)
cudnn.benchmark = False
cudnn.deterministic = True
torch.backends.cudnn.enabled = False
torch.use_deterministic_algorithms(True)
torch.set_num_threads(1)
torch.set_default_dtype(torch.float32)

print(torch.__version__.split("+")[0], torch.cuda.is_available(), torch.cuda.device_count(), torch.backends.mps.is_available(), torch.get_num_threads())
device = "cuda:0" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
print(device, torch.device(device), torch.device("cpu", 0), torch.device("cpu").type, torch.device("cuda", 1).index)

x = Variable(torch.ones(2, 2), requires_grad=True)
y = Variable(torch.FloatTensor([1.0, 2.0]))
print(x, y, isinstance(x, Tensor), type(x))
w = Parameter(torch.zeros(2))
print(type(w), isinstance(w, Tensor), isinstance(w, nn.Parameter), w.requires_grad)
(x.to(device) @ y + w).sum().backward()
print(x.grad, w.grad)
print(x.cpu() is x, x.data.type(torch.FloatTensor).dtype, x.is_cuda, x.device.type, x.get_device() if x.is_cuda else "cpu")

model = nn.Linear(2, 1).to(device).to(torch.float32)
print(next(model.parameters()).device, model.training, model.eval().training, model.train().training, model.cpu() is model, model.float() is model)
opt = optim.SGD(params=model.parameters(), lr=1e-2, momentum=0.9, weight_decay=5e-4)
sched = lr_scheduler.StepLR(opt, step_size=30, gamma=0.1)
print(isinstance(opt, SGD), isinstance(opt, Adam), isinstance(opt, optim.Optimizer), type(sched).__name__)
print(issubclass(torch.utils.data.TensorDataset, Dataset), DataLoader is torch.utils.data.DataLoader, F.relu is torch.nn.functional.relu, init is nn.init)
for f in (lambda: torch.zeros(1).cuda(), lambda: torch.zeros(1, device="cuda"), lambda: model.cuda(), lambda: torch.device("gpu")):
    try:
        f()
    except Exception as e:
        print(type(e).__name__, str(e).split("\n")[0][:40])
print(torch.is_grad_enabled(), torch.pi, torch.inf, torch.nan, torch.e)
print(nn.Linear, torch.Tensor, torch.nn.Module, torch.optim.SGD, torch.Size, torch.dtype, torch.Generator)
