"""Store what torch prints for every script, for the tests on machines without torch.

    cd tests && python -m script_harness.record
"""
import json
import platform

from script_harness.engines import STORED, TORCH, TORCH_VERSION, all_scripts, cpu_name, digest, run_in_one_process, torch_is_here


def main():
    if not torch_is_here():
        raise SystemExit(f"recording needs torch {TORCH_VERSION}")
    import torch

    results = run_in_one_process(TORCH, all_scripts())
    failed = {name: r["error"] for name, r in results.items() if r["error"]}
    if failed:
        raise SystemExit(f"these scripts fail under torch: {failed}")
    STORED.parent.mkdir(exist_ok=True)
    STORED.write_text(json.dumps({
        "torch": torch.__version__,
        "python": platform.python_version(),
        "cpu": cpu_name(),
        "isa": torch.backends.cpu.get_cpu_capability(),
        "threads": 1,
        "scripts": {name: {"source": digest(name), "stdout": r["stdout"], "tensors": r["tensors"] if name.startswith("seeds/") else ""} for name, r in results.items()},
    }, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{len(results)} scripts, {STORED.stat().st_size} bytes -> {STORED}")


if __name__ == "__main__":
    main()
