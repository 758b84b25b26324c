"""SIGKILL of the main process of the preset ``quick`` at many random instants, against an unbroken run.

    python validation/faults/kill_quick.py [--kills 50] [--workers 2] [--seed 0] [--folder DIR]

One study is started again after each kill until it is done. The k-th kill comes a random time after the k-th part of
the study's files has appeared, so that all stages are hit. Then bytes are compared: results.json and every artefact.
Takes about a quarter of an hour on two cores and writes kill_quick.json beside this file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import spinlens

RESULT = Path(__file__).with_suffix(".json")


def command(folder: Path, workers: int) -> list[str]:
    options = ["--preset", "quick", "--out", str(folder), "--workers", str(workers)]
    return [sys.executable, "-m", "spinlens", "reproduce", *options]


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of results.json, the report and every artefact, by path."""
    files = [path for path in (folder / "artefacts").rglob("*") if path.is_file()]
    files += [folder / name for name in ("results.json", "study.toml")]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)}


def count(folder: Path) -> int:
    return sum(1 for path in folder.glob("artefacts/*/*") if path.is_file())


def killed(folder: Path, workers: int, when: int, delay: float) -> tuple[bool, float]:
    """Start the study and kill it `delay` seconds after it has `when` files; whether it was alive, and its seconds."""
    started = time.monotonic()
    process = subprocess.Popen(command(folder, workers), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while count(folder) < when and process.poll() is None:
        time.sleep(0.02)
    time.sleep(delay)
    alive = process.poll() is None
    process.kill()
    _, said = process.communicate()
    if not alive and process.returncode != 0:
        raise SystemExit(f"the study failed by itself: {said}")
    return alive, time.monotonic() - started


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    root = options.folder or Path(tempfile.mkdtemp(prefix="spinlens-kill-"))
    unbroken, broken = root / "unbroken", root / "broken"
    started = time.monotonic()
    subprocess.run(command(unbroken, options.workers), check=True, capture_output=True)
    unbroken_seconds = time.monotonic() - started
    total, draw = count(unbroken), random.Random(options.seed)
    kills, sizes = 0, []
    for number in range(options.kills):
        after = int(total * number / options.kills)
        alive, _ = killed(broken, options.workers, after, draw.uniform(0.0, 3.0))
        kills += alive
        sizes.append(count(broken))
        print(f"kill {kills}: {sizes[-1]} of {total} tasks are saved", flush=True)
    started = time.monotonic()
    subprocess.run(command(broken, options.workers), check=True, capture_output=True)
    last_seconds = time.monotonic() - started
    one, two = digests(unbroken), digests(broken)
    result = {
        "spinlens": spinlens.__version__,
        "python": platform.python_version(),
        "preset": "quick",
        "workers": options.workers,
        "seed": options.seed,
        "tasks": total,
        "kills": kills,
        "tasks_saved_at_each_kill": sizes,
        "files_compared": len(one),
        "files_that_differ": sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name)),
        "files_set_aside": len(list(broken.glob("damaged/*"))),
        "files_left_in_partial": len(list(broken.glob(".partial/*"))),
        "report_written": (broken / "report.html").is_file(),
        "seconds_unbroken": round(unbroken_seconds, 1),
        "seconds_of_the_last_run": round(last_seconds, 1),
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
    if result["files_that_differ"] or result["files_set_aside"] or kills < options.kills:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
