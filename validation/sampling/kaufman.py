"""Every algorithm against Kaufman's exact energy and specific heat of the square lattice, at three temperatures.

    python validation/sampling/kaufman.py

Writes kaufman.json beside itself: value, error and deviation in errors of each comparison, and χ² of all. L = 8 … 64;
about ten minutes on one core. Chains of plain single-spin moves stop at L = 32, where their autocorrelation time is
still a few hundred sweeps; multi-spin coding, 64 chains a word, goes on to L = 64.
"""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from spinlens import IsingModel, NearestNeighbour, exact, sample
from spinlens.statistics.autocorrelation import integrated_time, mean_estimate
from spinlens.statistics.estimate import Estimate

TEMPERATURES = (2.0, exact.CRITICAL_TEMPERATURE, 2.5)
DRAWS = {"swendsen-wang": 60_000, "wolff": 60_000, "metropolis": 200_000, "heat-bath": 200_000, "clock": 60_000}
DRAWS |= {"multi-spin-metropolis": 3000, "multi-spin-heat-bath": 3000}
SINGLE_SPIN = ("metropolis", "heat-bath", "clock")


def heat(energies: np.ndarray[Any, Any], truth: exact.KaufmanResult, L: int, T: float) -> Estimate:
    """Specific heat per spin from the squared deviation from the exact energy, with a τ-aware error."""
    return mean_estimate(L**2 * (energies - truth.energy) ** 2 / T**2)


def chain(algorithm: str, L: int, T: float) -> np.ndarray[Any, Any]:
    """Energies per spin (chains, draws) of `sample`."""
    model = IsingModel((L, L), NearestNeighbour())
    options: dict[str, Any] = {"chains": 2, "seed": 4, "algorithm": algorithm}
    if algorithm in SINGLE_SPIN:
        options["warmup"] = 30 * L * L
    if algorithm.startswith("multi-spin"):
        options |= {"warmup": 10 * L * L, "chains": 64, "thin": L}
    return np.asarray(sample(model, T, DRAWS[algorithm], **options).energy.values[0])


def main() -> None:
    rows = []
    for L, T in itertools.product((8, 16, 32, 64), TEMPERATURES):
        truth = exact.kaufman(L, T)
        names = [name for name in DRAWS if L < 64 or name not in SINGLE_SPIN]
        for name in names:
            energies = chain(name, L, T)
            tau = integrated_time(energies).value
            for quantity, found, expected in (
                ("energy", mean_estimate(energies), truth.energy),
                ("specific heat", heat(energies, truth, L, T), truth.specific_heat),
            ):
                rows.append(
                    {
                        "algorithm": name,
                        "L": L,
                        "T": T,
                        "quantity": quantity,
                        "value": found.value,
                        "error": found.error,
                        "exact": expected,
                        "deviation": found.deviation(expected),
                        "tau": tau,
                    }
                )
        print(L, T, " ".join(f"{row['deviation']:.1f}" for row in rows[-2 * len(names) :]), flush=True)
    deviations = np.array([row["deviation"] for row in rows])
    summary = {
        "comparisons": len(rows),
        "largest": float(np.abs(deviations).max()),
        "chi2_per_comparison": float(np.mean(deviations**2)),
        "expected_error": math.sqrt(2 / len(rows)),
    }
    print(summary)
    target = Path(__file__).parent / "kaufman.json"
    target.write_text(json.dumps({"summary": summary, "rows": rows}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
