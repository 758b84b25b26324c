"""Pulls of independent short runs of the nearest-neighbour square against Onsager's exact values.

    python validation/coverage/square.py [--runs 30] [--draws 4000]

square.json holds (measured − exact)/error of every run, and their mean and variance, which should be 0 and 1 (± 0.26
for 30 runs). A few minutes on one core.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from spinlens import NearestNeighbour, find_critical_point
from spinlens.exact.kaufman import CRITICAL_TEMPERATURE

SIZES = (8, 16, 32)
EXACT = {"temperature": CRITICAL_TEMPERATURE, "delta_spin": 0.125, "delta_energy": 1.0, "binder": 0.61069}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--draws", type=int, default=4000)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    rows = []
    for seed in range(options.runs):
        point = find_critical_point(NearestNeighbour(), SIZES, draws=options.draws, seed=1000 + seed)
        found = {name: getattr(point, name) for name in EXACT}
        rows.append(
            {name: [item.value, item.error, item.deviation(EXACT[name])] for name, item in found.items()}
            | {
                f"crossings_{n}": item.deviation(EXACT[n])
                for n, item in (point.by_crossings or {}).items()
                if n in EXACT
            }
        )
        print(seed, {name: str(item) for name, item in found.items()}, flush=True)
        result = {"sizes": SIZES, "draws": options.draws, "pulls": summary(rows), "runs": rows}
        options.out.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result["pulls"], indent=1))


def summary(rows: list[dict[str, object]]) -> dict[str, dict[str, float]]:
    """Mean and variance of the pulls, about zero."""
    out = {}
    for name in EXACT:
        values = np.array([row[name][2] for row in rows])  # type: ignore[index]
        out[name] = {"mean": float(values.mean()), "variance": float(np.mean(values**2))}
    return out


if __name__ == "__main__":
    main()
