"""What ``spinlens reproduce --dry-run`` says against what the study then takes: core time, memory, disk.

    python validation/faults/plan.py [--folder DIR]

Two studies: the preset quick with two machines per recipe, and another one of other sizes. Compared are processor
seconds, so that a busy machine does not matter, the largest process, and the folder. Writes plan.json beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import spinlens
from spinlens.study.definition.toml_file import parse_study, to_toml
from spinlens.study.planning.memory import peak
from spinlens.study.planning.planning import plan

RESULT = Path(__file__).with_suffix(".json")
STUDIES = {
    "quick, two seeds": {"machines": {"seeds": 2}, "stack": {"seeds": 2}},
    "other sizes": {
        "criticality": {"sizes": [8, 16, 32], "draws": 20_000, "chains": 3},
        "ensembles": {"size": 20, "training": 800, "critical": 12_000, "test": 400, "thin": 8},
        "machines": {"seeds": 2, "hidden": 100},
        "stack": {"seeds": 1, "hidden": [100, 25]},
        "flows": {"samples": 400},
    },
}


def measured(file: Path, folder: Path) -> dict[str, float]:
    """Processor seconds, largest process and disk of a run with one worker."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "spinlens", "reproduce", "--study", str(file), "--out", str(folder)]
    subprocess.run([*command, "--workers", "1"], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "core_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "memory_mib": after.ru_maxrss / 1024,
        "disk_mib": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=None)
    root = parser.parse_args().folder or Path(tempfile.mkdtemp(prefix="spinlens-plan-"))
    root.mkdir(parents=True, exist_ok=True)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    found = {}
    for number, (name, changes) in enumerate(STUDIES.items()):
        study, folder = parse_study(changes), root / f"study-{number}"
        (root / f"{number}.toml").write_text(to_toml(study), encoding="utf-8")
        before = plan(study, folder, 1)
        planned = {
            "core_seconds": before.core_seconds,
            "memory_mib": peak(before.tasks, 1) / 2**20,
            "disk_mib": before.disk / 2**20,
        }
        taken = measured(root / f"{number}.toml", folder)
        found[name] = {key: {"planned": round(planned[key], 1), "taken": round(taken[key], 1)} for key in planned} | {
            "ratio": {key: round(planned[key] / taken[key], 3) for key in planned}
        }
        print(name, json.dumps(found[name]), flush=True)
    RESULT.write_text(json.dumps({"spinlens": spinlens.__version__, "studies": found}, indent=1) + "\n")
    worst = max(abs(ratio - 1) for entry in found.values() for ratio in entry["ratio"].values())
    raise SystemExit(worst > 0.3)


if __name__ == "__main__":
    main()
