"""The two ways to run a script, and the torch output stored for machines without torch."""
import hashlib
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
SCRIPTS = TESTS / "scripts"
STORED = TESTS / "data" / "scripts.json"
TORCH = [sys.executable]
OURS = [sys.executable, "-m", "tinygrad_ext"]
TORCH_VERSION = "2.13.0"


def all_scripts():
    """Paths relative to tests/scripts, the user's own blocks (seeds/) included."""
    return sorted(str(p.relative_to(SCRIPTS)) for p in SCRIPTS.rglob("*.py"))


def environment():
    return {**os.environ, "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8"}


def run_in_one_process(engine, scripts):
    """{script: result} from script_harness/run.py; a script that kills its process costs only itself."""
    results, left = {}, list(scripts)
    while left:
        paths = [str(SCRIPTS / s) for s in left]
        done = subprocess.run([*engine, str(TESTS / "script_harness" / "run.py"), *paths], env=environment(),
                              cwd=TESTS.parent, capture_output=True, text=True, encoding="utf-8", timeout=600)
        for line in done.stdout.splitlines():
            result = json.loads(line)
            results[left.pop(0)] = result
        if left:
            results[left.pop(0)] = {"stdout": "", "tensors": "", "error": f"exit code {done.returncode}: {done.stderr[-2000:]}"}
    return results


def run_alone(engine, script, folder):
    """The script as its own `python [-m tinygrad_ext] SCRIPT` process, after `manual_seed(0)`."""
    seeded = pathlib.Path(folder) / pathlib.Path(script).name
    seeded.write_text("import torch; torch.manual_seed(0)\n" + (SCRIPTS / script).read_text(encoding="utf-8"), encoding="utf-8")
    return subprocess.run([*engine, str(seeded)], env=environment(), cwd=folder, capture_output=True, text=True,
                          encoding="utf-8", timeout=300)


def torch_is_here():
    try:
        return importlib.metadata.version("torch").split("+")[0] == TORCH_VERSION
    except importlib.metadata.PackageNotFoundError:
        return False


def cpu_name():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return "unknown"
    fields = dict(line.split(":", 1) for line in text.split("\n\n")[0].splitlines() if ":" in line)
    fields = {k.strip(): v.strip() for k, v in fields.items()}
    return f"{fields.get('vendor_id', '?')} {fields.get('model name', '?')}"


def digest(script):
    return hashlib.sha256((SCRIPTS / script).read_bytes()).hexdigest()[:16]


def stored():
    return json.loads(STORED.read_text(encoding="utf-8"))
