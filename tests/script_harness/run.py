"""Run scripts one after another in one process and write one JSON line for each.

`python run.py SCRIPT...` runs them under torch, `python -m tinygrad_ext run.py SCRIPT...` under tinygrad_ext.
A script's own namespace is fresh; what it changes in torch (seed, print options, modes) is put back before the next.
"""
import contextlib
import io
import json
import sys
import types

import torch


def reset():
    torch.manual_seed(0)
    torch.set_printoptions(profile="default")
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    torch.use_deterministic_algorithms(False)
    torch.set_num_threads(1)


def tensors_left(namespace):
    """Every tensor, parameter and gradient that the script's global names still reach, as text: some scripts print none."""
    lines = []
    for name, value in sorted(namespace.items()):
        if isinstance(value, torch.nn.Module):
            named = value.named_parameters()
        elif isinstance(value, torch.Tensor):
            named = [("", value)]
        else:
            continue
        for key, tensor in named:
            lines.append(f"{name} {key} = {tensor}")
            if tensor.is_leaf and tensor.grad is not None:
                lines.append(f"{name} {key} grad = {tensor.grad}")
    return "\n".join(lines)


def run(path):
    main = types.ModuleType("__main__")
    main.__file__ = path
    sys.modules["__main__"] = main          # pickle looks there for the script's own classes
    out, error = io.StringIO(), None
    reset()
    try:
        with open(path, encoding="utf-8") as f, contextlib.redirect_stdout(out):
            exec(compile(f.read(), path, "exec"), main.__dict__)
    except Exception as e:
        at = e.__traceback__.tb_next.tb_lineno if e.__traceback__.tb_next else 0
        error = f"line {at}: {type(e).__name__}: {e}"
    reset()
    return {"script": path, "stdout": out.getvalue(), "tensors": tensors_left(vars(main)), "error": error}


if __name__ == "__main__":
    for script in sys.argv[1:]:
        print(json.dumps(run(script)), flush=True)
