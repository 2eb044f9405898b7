"""The process of one engine: it builds cases and answers with figures when it is asked.

    worker.py serve ENGINE THREADS FD      commands come through the pipe FD (see harness.py)
    worker.py once ENGINE THREADS MODULE FUNCTION ARGUMENTS      prints what one function returns, as JSON

The environment and the set of cores are given by the parent, before any library reads them.
"""

import json
import sys
import traceback
from importlib import import_module
from multiprocessing.connection import Connection

from engines import Unsupported, load
from measure import resident


def serve(engine, pipe):
    import numpy as np

    from cases import by_name

    def fingerprint(result):
        """Returns a sample of the elements, the sum of all and the sum of their magnitudes."""
        flat = np.asarray(result).ravel()
        return flat[:: max(1, flat.size // 5000)].astype(np.float64), flat.sum(dtype=np.float64), np.abs(flat).sum(dtype=np.float64)

    built = None

    def build(name):
        nonlocal built
        built = None  # frees the case before
        case = by_name(name)
        built = case.build(engine, *case.args)
        return [fingerprint(result) for result in built.check()]

    commands = {"about": engine.about, "build": build, "sample": lambda seconds: built.sample(seconds)}
    while True:
        try:
            command, *args = pipe.recv()
        except EOFError:
            return
        try:
            pipe.send(("done", commands[command](*args)))
        except Unsupported as reason:
            pipe.send(("unsupported", str(reason)))
        except Exception:
            pipe.send(("failed", traceback.format_exc()))


def once(engine, module, function, arguments):
    function = getattr(import_module(module), function)  # brings NumPy, which is not to count for one engine alone
    print(json.dumps(function(engine, resident(), *json.loads(arguments))))


if __name__ == "__main__":
    mode, name, threads, *rest = sys.argv[1:]
    engine = load(name, int(threads))
    if mode == "serve":
        serve(engine, Connection(int(rest[0])))
    else:
        once(engine, *rest)
