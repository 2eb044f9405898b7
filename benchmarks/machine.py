"""The facts about a machine without which its figures say nothing."""

import datetime
import os
import platform
import sys
from pathlib import Path


def read(path):
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def facts():
    """Returns what goes into the JSON and above the tables."""
    cpu = {}
    for line in read("/proc/cpuinfo").splitlines():
        key, _, value = line.partition(":")
        cpu.setdefault(key.strip(), value.strip())
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="minutes"),
        "cpu": cpu.get("model name", platform.processor() or platform.machine()),
        "flags": cpu.get("flags", cpu.get("Features", "")),
        "family, model, stepping": ", ".join(cpu.get(k, "?") for k in ("cpu family", "model", "stepping")),
        "caches": caches(),
        "cores": len(os.sched_getaffinity(0)),
        "memory": next((line.split(":")[1].strip() for line in read("/proc/meminfo").splitlines() if line.startswith("MemTotal")), ""),
        "governor": read("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        "huge pages": read("/sys/kernel/mm/transparent_hugepage/enabled"),
        "kernel": f"{platform.system()} {platform.release()}",
        "python": sys.version.split()[0],
        "load before": os.getloadavg()[0],
    }


def caches():
    """Returns the sizes of the first core's caches, such as `L1d 48K`."""
    found = []
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind = {"Data": "d", "Instruction": "i"}.get(read(index / "type"), "")
        found.append(f"L{read(index / 'level')}{kind} {read(index / 'size')}")
    return ", ".join(found)
