"""Critical points of nearest-neighbour and power-law lattices in two dimensions, larger than a test can afford.

    python validation/critical_points/run.py [--draws 20000] [--workers 2]

Writes results.json beside itself: T_c, Δ_s, Δ_ε, U4* with errors, every crossing, and what is known. About a quarter of
an hour on two cores.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from spinlens import NearestNeighbour, PowerLaw, find_critical_point
from spinlens.criticality.universality import reference
from spinlens.study.codec import plain

COUPLINGS = [NearestNeighbour(), *(PowerLaw(sigma) for sigma in (0.8, 1.0, 1.2, 1.4, 1.75))]
SIZES = (16, 32, 64, 128)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    results = {}
    for coupling in COUPLINGS:
        started = time.time()
        point = find_critical_point(coupling, SIZES, draws=options.draws, workers=options.workers, seed=1)
        known = reference(coupling, 2)
        results[coupling.label] = plain({"measured": point, "known": known})
        print(coupling.label, point.temperature, point.delta_spin, point.delta_energy, point.binder)
        print(f"   {time.time() - started:.0f} s", flush=True)
        settings = {"sizes": SIZES, "draws": options.draws, "chains": 2, "seed": 1}
        text = json.dumps({"settings": settings, "results": results}, indent=1, ensure_ascii=False)
        (Path(__file__).parent / "results.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
