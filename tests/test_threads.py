"""Several Python threads at once, on small tensors (whose kernels keep the GIL) and on large ones (whose kernels let it go)."""

import threading

import pytest

import tinygrad_ext as torch

F = torch.nn.functional
THREADS, ROUNDS = 4, 6


def together(work):
    """Runs work(i) in threads that start at once; the first exception is raised here."""
    start, failures, results = threading.Barrier(THREADS), [], [None] * THREADS

    def run(i):
        start.wait()
        try:
            for _ in range(ROUNDS):
                results[i] = work(i)
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results


def step(seed, n):
    """One forward and backward pass that uses most kinds of kernels, also those that work in scratch memory."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 64, generator=generator)
    w = torch.randn(64, 64, generator=generator).requires_grad_()
    b = torch.zeros(64, requires_grad=True)
    h = torch.relu(F.linear(x, w, b))
    h = h.t().softmax(0).t() + h[:, ::2].repeat(1, 2).cumsum(1).tanh()
    loss = F.cross_entropy(h, torch.arange(n) % 64) + h.sort(1)[0].mean() + h.t().max(0)[0].sum() * 1e-3
    loss.backward()
    return [loss.detach(), w.grad, b.grad]


@pytest.mark.parametrize("n", [4, 4096], ids=["small", "large"])
def test_threads_compute_what_one_computes(n):
    alone = [step(i, n) for i in range(THREADS)]
    for expected, found in zip(alone, together(lambda i: step(i, n))):
        assert all(torch.equal(a, b) for a, b in zip(expected, found))


@pytest.mark.parametrize("n", [3, 300_000], ids=["small", "large"])
def test_gradients_of_a_shared_leaf_all_arrive(n):
    w = torch.ones(n, requires_grad=True)
    together(lambda i: (w * (i + 1)).sum().backward())
    assert torch.equal(w.grad, torch.full((n,), ROUNDS * sum(range(1, THREADS + 1))))


@pytest.mark.parametrize("n", [3, 300_000], ids=["small", "large"])
def test_one_graph_is_walked_by_several_threads(n):
    x = torch.ones(n, requires_grad=True)
    shared = (x * 2).exp().log()
    total = (shared * shared).sum()
    calls = []
    shared.register_hook(lambda g: calls.append(g.sum().item()))
    together(lambda i: total.backward(retain_graph=True))
    assert torch.allclose(x.grad, torch.full((n,), 8.0 * THREADS * ROUNDS))
    assert calls == [calls[0]] * (THREADS * ROUNDS)


def test_hooks_of_a_shared_leaf_see_whole_gradients():
    x, seen = torch.ones(200_000, requires_grad=True), []
    x.register_hook(lambda g: seen.append(g[0].item()))
    together(lambda i: sum((x * 2 + x * 3, x.exp() * 0)).sum().backward())
    assert seen == [5.0] * (THREADS * ROUNDS)


def test_grad_mode_belongs_to_a_thread():
    def work(i):
        with torch.no_grad() if i % 2 else torch.enable_grad():
            return (torch.ones(2, requires_grad=True) * 2).requires_grad

    assert together(work) == [True, False] * (THREADS // 2)


POSITIONS = {
    "x[i]": lambda x, i: x[i],
    "gather": lambda x, i: x.gather(0, i),
    "index_select": lambda x, i: x.index_select(0, i),
    "scatter": lambda x, i: x.scatter(0, i, 1.0),
    "scatter_add_": lambda x, i: x.clone().scatter_add_(0, i, x),
    "index_put_": lambda x, i: x.clone().index_put_((i,), x),
    "index_copy_": lambda x, i: x.clone().index_copy_(0, i, x),
    "index_fill_": lambda x, i: x.clone().index_fill_(0, i, 1.0),
    "embedding": lambda x, i: F.embedding(i, x[:, None]),
    "nll_loss": lambda x, i: F.nll_loss(x[:, None].expand(-1, 3), i),
    "nonzero": lambda x, i: x[(i == 0)],
}


@pytest.mark.parametrize("use", POSITIONS.values(), ids=POSITIONS)
def test_positions_that_another_thread_writes_are_used_as_checked(use):
    """Whoever holds the GIL writes; an op that reads positions keeps it until it has used what it checked."""
    n = 300_000
    x, i, bad = torch.zeros(n), torch.zeros(n, dtype=torch.int64), torch.full((1,), 1 << 45)
    done = threading.Event()

    def spoil():
        while not done.is_set():
            i[n // 2] = bad[0]
            i[n // 2] = 0

    other = threading.Thread(target=spoil)
    other.start()
    try:
        for _ in range(10):
            try:
                use(x, i)
            except (IndexError, RuntimeError):
                pass
    finally:
        done.set()
        other.join()
