"""Pulls of the critical points of many seeds at the size of a preset, and whether both parts of their errors hold.

    python validation/coverage/seeds.py [--only CASE ...] [--seeds 45]

A seed of a case is one call of `find_critical_point` on one core: about 10 seconds with what the preset "quick" takes,
less for the "short" square, of which square.json holds 30 earlier runs. Rows are kept in seeds.json, one after each
call: a run that was stopped goes on. Pulls are (found − known) / error. Seeds share the corrections to scaling of their
lattice, so what they differ by is statistical alone: `scatter` is their standard deviation over the r.m.s. of the
statistical errors, `shift` the mean deviation over the r.m.s. of the systematic ones.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spinlens import NearestNeighbour, PowerLaw, find_critical_point
from spinlens.criticality.universality import reference
from spinlens.lattice.couplings import Coupling

OUT = Path(__file__).with_suffix(".json")
NAMES = ("temperature", "delta_spin", "delta_energy", "binder")


@dataclass(frozen=True)
class Case:
    """A lattice, sizes and draws; "quick" are those of the preset."""

    coupling: Coupling
    sizes: tuple[int, ...]
    draws: int


CASES = {
    "quick square": Case(NearestNeighbour(), (8, 16, 32, 64), 9_000),
    "quick sigma=1.2": Case(PowerLaw(1.2), (8, 16, 32, 64), 9_000),
    "short square": Case(NearestNeighbour(), (8, 16, 32), 4_000),
}


def known(coupling: Coupling) -> dict[str, float]:
    """What is known exactly or of others, by name; without what nobody knows."""
    found = reference(coupling, 2)
    entries = {name: getattr(found, name) for name in NAMES}
    return {name: entry.estimate.value for name, entry in entries.items() if entry is not None}


def row(case: Case, seed: int) -> dict[str, list[float]]:
    """Value, error and its two parts of each quantity."""
    point = find_critical_point(case.coupling, case.sizes, draws=case.draws, seed=seed, workers=1)
    estimates = {name: getattr(point, name) for name in NAMES}
    parts = (point.statistical, point.systematic)
    return {name: [e.value, e.error, *(part[name] for part in parts)] for name, e in estimates.items()}


def summary(rows: Sequence[Mapping[str, Sequence[float]]], truths: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The r.m.s. pull with its own error, how many are within one and two errors, scatter and shift (see above)."""
    found = {}
    for name, truth in truths.items():
        value, error, statistical, systematic = np.array([row[name] for row in rows]).T
        pull, n = (value - truth) / error, len(rows)
        rms = math.sqrt(np.mean(pull**2))
        found[name] = {
            "rms_pull": rms,
            "rms_pull_error": rms / math.sqrt(2 * n),
            "mean_pull": float(pull.mean()),
            "within_one": float(np.mean(np.abs(pull) < 1)),
            "within_two": float(np.mean(np.abs(pull) < 2)),
            "scatter": float(value.std(ddof=1) / math.sqrt(np.mean(statistical**2))),
            "scatter_error": float(value.std(ddof=1) / math.sqrt(np.mean(statistical**2)) / math.sqrt(2 * n - 2)),
            "shift": float((value.mean() - truth) / math.sqrt(np.mean(systematic**2))),
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--seeds", type=int, default=45)
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    results: dict[str, Any] = json.loads(options.out.read_text()) if options.out.exists() else {}
    for seed in range(options.seeds):
        for name in options.only:
            entry, case = results.setdefault(name, {"seeds": {}}), CASES[name]
            if str(seed) in entry["seeds"]:
                continue
            entry["seeds"][str(seed)] = rounded(row(case, 2000 + seed))
            if len(entry["seeds"]) > 1:
                entry["pulls"] = rounded(summary(list(entry["seeds"].values()), known(case.coupling)))
            options.out.write_text(json.dumps(results, indent=1) + "\n")
            print(name, seed, entry["seeds"][str(seed)]["temperature"], flush=True)
    for name in options.only:
        print(name, json.dumps(results[name].get("pulls"), indent=1))


def rounded(value: Any) -> Any:
    """Numbers with six digits."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return [rounded(item) for item in value] if isinstance(value, list) else float(f"{value:.6g}")


if __name__ == "__main__":
    main()
