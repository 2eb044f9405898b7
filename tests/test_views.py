"""What is a view, what a copy, and what the tensor itself; strides, versions and memory formats."""

import numpy as np
import pytest

import tinygrad_ext as torch


def X():
    return torch.arange(24.0).reshape(2, 3, 4).clone()


VIEWS = {
    "view": lambda x: x.view(6, 4),
    "view_as": lambda x: x.view_as(torch.zeros(4, 6)),
    "reshape": lambda x: x.reshape(4, 6),
    "flatten": lambda x: x.flatten(),
    "ravel": lambda x: x.ravel(),
    "unflatten": lambda x: x.unflatten(2, (2, 2)),
    "t": lambda x: x[0].t(),
    "T": lambda x: x[0].T,
    "mT": lambda x: x.mT,
    "H": lambda x: x[0].H,
    "transpose": lambda x: x.transpose(0, 2),
    "permute": lambda x: x.permute(2, 0, 1),
    "movedim": lambda x: x.movedim(0, 2),
    "int": lambda x: x[1],
    "slice": lambda x: x[:, 1:, ::2],
    "None": lambda x: x[None],
    "ellipsis": lambda x: x[..., 0],
    "empty tuple": lambda x: x[()],
    "everything": lambda x: x[:],
    "0-d int tensor": lambda x: x[torch.tensor(1)],
    "numpy int": lambda x: x[np.int64(1)],
    "narrow": lambda x: x.narrow(1, 0, 2),
    "select": lambda x: x.select(1, 0),
    "unbind": lambda x: x.unbind(1)[2],
    "split": lambda x: x.split(2, 1)[1],
    "chunk": lambda x: x.chunk(2, 2)[1],
    "tensor_split": lambda x: x.tensor_split(2, 2)[1],
    "expand": lambda x: x[:, :1].expand(2, 3, 4),
    "broadcast_to": lambda x: x.broadcast_to(5, 2, 3, 4),
    "unsqueeze": lambda x: x.unsqueeze(1),
    "squeeze": lambda x: x[:1].squeeze(),
    "diagonal": lambda x: x.diagonal(0, 1, 2),
    "unfold": lambda x: x.unfold(2, 2, 1),
    "as_strided": lambda x: x.as_strided((2, 2), (4, 1), 3),
    "iteration": lambda x: list(x)[1],
}
COPIES = {
    "list": lambda x: x[[0, 1]],
    "index tensor": lambda x: x[torch.tensor([1, 0])],
    "mask": lambda x: x[x > 3],
    "True": lambda x: x[True],
    "clone": lambda x: x.clone(),
    "repeat": lambda x: x.repeat(1, 1, 1),
    "flip": lambda x: x.flip(0),
    "roll": lambda x: x.roll(1),
    "tril": lambda x: x.tril(),
    "diag": lambda x: x[0].diag(),
    "index_select": lambda x: x.index_select(0, torch.tensor([0])),
    "gather": lambda x: x.gather(0, torch.zeros(1, 1, 1, dtype=torch.int64)),
    "reshape of a transposed": lambda x: x.transpose(0, 1).reshape(6, 4),
    "contiguous of a transposed": lambda x: x.transpose(0, 1).contiguous(),
    "another dtype": lambda x: x.double(),
    "tensor": lambda x: torch.tensor(x.tolist()),
    "cat": lambda x: torch.cat([x]),
    "to(copy=True)": lambda x: x.to(torch.float32, copy=True),
}
ITSELF = {
    "contiguous": lambda x: x.contiguous(),
    "to(dtype)": lambda x: x.to(torch.float32),
    "to(device)": lambda x: x.to("cpu"),
    "to(tensor)": lambda x: x.to(torch.ones(1)),
    "float": lambda x: x.float(),
    "type": lambda x: x.type(torch.float32),
    "cpu": lambda x: x.cpu(),
    "+x": lambda x: +x,
    "positive": lambda x: x.positive(),
    "as_tensor": lambda x: torch.as_tensor(x),
    "requires_grad_": lambda x: x.requires_grad_(False),
}


def storage_range(x):
    """First and last byte of the memory that x can reach."""
    offsets = [(size - 1) * stride for size, stride in zip(x.shape, x.stride())]
    return x.data_ptr(), x.data_ptr() + (sum(offsets) + 1) * x.element_size()


@pytest.mark.parametrize("name", VIEWS)
def test_view(name):
    x = X()
    y = VIEWS[name](x)
    root, start, end = storage_range(x), *storage_range(y)
    assert root[0] <= start < end <= root[1]
    assert y._base is x and y._is_view() and not x._is_view()
    assert y.data_ptr() == x.data_ptr() + y.storage_offset() * y.element_size()
    x.add_(100)
    assert y.min().item() >= 100 and y._version == x._version == 1


@pytest.mark.parametrize("name", COPIES)
def test_copy(name):
    x = X()
    y = COPIES[name](x)
    before = y.tolist()
    assert y._base is None and y.storage_offset() == 0
    x.add_(100)
    assert y.tolist() == before and y._version == 0


@pytest.mark.parametrize("name", ITSELF)
def test_itself(name):
    x = X()
    assert ITSELF[name](x) is x


def test_base_is_the_root_never_another_view():
    x = X()
    assert x[0]._base is x and x[0].t()[1]._base is x and x.detach()[0]._base is not x
    assert x.detach()._base is None and x.data._base is None
    assert x.detach().data_ptr() == x.data.data_ptr() == x.data_ptr()


@pytest.mark.parametrize(
    "make, shape, stride",
    [
        (lambda: torch.zeros(3, 4).t(), (4, 3), (1, 4)),
        (lambda: torch.zeros(2, 3, 4).permute(2, 0, 1), (4, 2, 3), (1, 12, 4)),
        (lambda: torch.zeros(3, 1).expand(3, 4), (3, 4), (1, 0)),
        (lambda: torch.zeros(3, 4)[:, None], (3, 1, 4), (4, 4, 1)),
        (lambda: torch.zeros(3, 4).unsqueeze(2), (3, 4, 1), (4, 1, 1)),
        (lambda: torch.zeros(3, 4)[::2, 1:3], (2, 2), (8, 1)),
        (lambda: torch.zeros(4, 4).diagonal(1), (3,), (5,)),
        (lambda: torch.zeros(6).unfold(0, 3, 2), (2, 3), (2, 1)),
        (lambda: torch.zeros(0, 3), (0, 3), (3, 1)),
        (lambda: torch.zeros(2, 0, 3), (2, 0, 3), (3, 3, 1)),
        (lambda: torch.zeros(()), (), ()),
        (lambda: torch.zeros(3, 4).t().clone(), (4, 3), (1, 4)),
        (lambda: torch.zeros(2, 3, 4).permute(2, 0, 1).exp(), (4, 2, 3), (1, 12, 4)),
        (lambda: torch.zeros(3, 8)[:, ::2].clone(), (3, 4), (4, 1)),
        (lambda: torch.zeros(3, 1).expand(3, 4).clone(), (3, 4), (4, 1)),
        (lambda: torch.zeros(3, 4).t() + torch.zeros(4, 3), (4, 3), (1, 4)),
        (lambda: torch.zeros(4, 3) + torch.zeros(3, 4).t(), (4, 3), (3, 1)),
        (lambda: torch.zeros_like(torch.zeros(3, 4).t()), (4, 3), (1, 4)),
        (lambda: torch.zeros(3, 4).t().contiguous(), (4, 3), (3, 1)),
        (lambda: torch.zeros(1, 5).t(), (5, 1), (1, 5)),
    ],
)
def test_strides(make, shape, stride):
    x = make()
    assert tuple(x.shape) == shape and x.stride() == stride


def test_is_contiguous_ignores_dims_of_size_one_and_empty_tensors():
    assert torch.zeros(1, 5).t().is_contiguous() and torch.zeros(3, 0).t().is_contiguous()
    assert not torch.zeros(3, 4).t().is_contiguous() and torch.zeros(3, 1).expand(3, 1).is_contiguous()


def test_stride_and_size_take_a_dimension():
    x = torch.zeros(2, 3)
    assert x.size(-1) == 3 and x.stride(0) == 3 and isinstance(x.stride(), tuple)
    with pytest.raises(
        IndexError, match=r"^Dimension out of range \(expected to be in range of \[-2, 1\], but got 2\)$"
    ):
        x.size(2)
    assert type(x.shape) is torch.Size and x.shape.numel() == 6 and x.shape[:1] == torch.Size([2])


def test_numpy_shares_memory_both_ways():
    x = X()
    array = x[:, 1:].numpy()
    assert array.strides == (48, 16, 4)
    array[0, 0, 0] = -1
    assert x[0, 1, 0].item() == -1
    a = np.arange(6.0).reshape(2, 3)
    t = torch.from_numpy(a.T)
    assert t.stride() == (1, 3) and t.dtype == torch.float64
    t[0, 0] = 9
    assert a[0, 0] == 9
    assert np.asarray(x) is not None and np.asarray(x).base is not None and np.shares_memory(np.asarray(x), x.numpy())


def test_an_array_keeps_its_memory_alive():
    array = torch.arange(1000.0).numpy()
    torch.zeros(1000).fill_(7)
    assert array[999] == 999
    t = torch.from_numpy(np.arange(1000.0))
    np.zeros(1000)
    assert t[999].item() == 999


def test_numpy_of_a_tensor_that_requires_grad():
    text = r"^Can't call numpy\(\) on Tensor that requires grad. Use tensor.detach\(\).numpy\(\) instead.$"
    with pytest.raises(RuntimeError, match=text):
        torch.ones(2, requires_grad=True).numpy()
    assert torch.ones(2, requires_grad=True).numpy(force=True).tolist() == [1.0, 1.0]


def test_iteration_and_membership():
    x = torch.arange(6).reshape(2, 3)
    assert [row.tolist() for row in x] == [[0, 1, 2], [3, 4, 5]] and len(x) == 2
    assert 4 in x and 9 not in x
    assert [row.tolist() for row in reversed(x)] == [[3, 4, 5], [0, 1, 2]]
    a, b = x
    assert b[2].item() == 5
