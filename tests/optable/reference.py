"""Stored observations: one pool of numbers for each dtype, and an index in JSON that says who owns which."""

import json
from collections import defaultdict

import numpy as np

from optable.core import Out, Record


def save(path, about: dict, records: dict[str, Record]) -> None:
    pools = defaultdict(list)

    def pack(out: Out):
        if isinstance(out.values, np.ndarray):
            pools[out.dtype].append(out.values.ravel())
            return [out.dtype, out.shape, out.strides, int(out.view), out.graph]
        return [out.dtype, out.values]

    index = {
        key: [[pack(o) for o in r.outputs], [pack(o) for o in r.grads], r.error, r.grad_error]
        for key, r in records.items()
    }
    text = json.dumps({"about": about, "records": index}, separators=(",", ":"))
    arrays = {dtype: np.concatenate(arrays) for dtype, arrays in pools.items()}
    np.savez_compressed(path, index=np.frombuffer(text.encode(), np.uint8), **arrays)


def load(path) -> tuple[dict, dict[str, Record]]:
    with np.load(path) as file:
        index = json.loads(file["index"].tobytes())
        pools = {name: file[name] for name in file.files if name != "index"}
    used = defaultdict(int)

    def unpack(packed):
        if len(packed) == 2:
            return Out(packed[0], values=packed[1])
        dtype, shape, strides, view, graph = packed
        start, count = used[dtype], int(np.prod(shape))
        used[dtype] += count
        values = pools[dtype][start : start + count].reshape(shape)
        return Out(dtype, tuple(shape), tuple(strides), bool(view), graph, values)

    records = {}
    for key, (outputs, grads, error, grad_error) in index["records"].items():
        records[key] = Record([unpack(o) for o in outputs], [unpack(o) for o in grads], tuple(error), tuple(grad_error))
    return index["about"], records
