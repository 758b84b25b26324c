"""Coverage of the error bars: synthetic lattices with known exponents through the whole analysis.

    python validation/coverage/synthetic.py [--sets 200] [--only short-range long-range …]

Each set has its own T_c, y_t, y_h, amplitudes of corrections and autocorrelation time, drawn at random; the analysis
(crossings, global fits, averages) knows none of them. Exponents of corrections are those of the short-range class in
two dimensions, or, for the long-range class, what theory knows of σ = 1.2 and beside it one ω of the set's own that
the analysis does not know either. synthetic.json holds how often the truth lies within one and two errors: 68 ± 7 %
and 95 ± 4 % are asked for with 200 sets. *precise* has 60 times the draws and one more size, as a run of minutes;
*small* and *large* amplitudes have deviations of ½ and 2 instead of 1. Ten minutes, with the precise ones forty.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from spinlens import NearestNeighbour, PowerLaw
from spinlens.criticality.analysis.analysis import analyse
from spinlens.criticality.synthetic import Truth, natural_corrections, natural_cube, synthetic_curves
from spinlens.lattice.couplings import Coupling

NAMES = ("temperature", "delta_spin", "delta_energy", "binder")


@dataclass(frozen=True)
class Family:
    """Lattices of one class, with draws for each size."""

    coupling: Coupling
    draws: dict[int, int]
    powers: tuple[float, ...]
    unknown: tuple[float, float] | None = None
    amplitude: float = 1.0


SHORT, LONG = (1.75, 2.0, 3.0), (0.8, 1.2, 2.0)
DRAWS = {8: 60_000, 16: 40_000, 32: 25_000, 64: 16_000}
MANY = {8: 3_600_000, 16: 2_400_000, 32: 1_500_000, 64: 1_000_000, 128: 500_000}
FAMILIES = {
    "short-range": Family(NearestNeighbour(), DRAWS, SHORT),
    "long-range": Family(PowerLaw(1.2), DRAWS, LONG, (0.4, 2.0)),
    "short-range, precise": Family(NearestNeighbour(), MANY, SHORT),
    "long-range, precise": Family(PowerLaw(1.2), MANY, LONG, (0.4, 2.0)),
    "short-range, small amplitudes": Family(NearestNeighbour(), DRAWS, SHORT, amplitude=0.5),
    "short-range, large amplitudes": Family(NearestNeighbour(), DRAWS, SHORT, amplitude=2.0),
}


def draw_truth(family: Family, rng: np.random.Generator) -> Truth:
    """A universality class of its own, with corrections of either sign."""
    unknown = () if family.unknown is None else (float(rng.uniform(*family.unknown)),)
    plain = Truth(
        temperature=float(rng.uniform(1.5, 4.0)),
        y_t=float(rng.uniform(0.9, 1.1)),
        y_h=float(rng.uniform(1.7, 1.9)),
        tau=float(rng.uniform(1.0, 8.0)),
        field=float(rng.normal(0.0, family.amplitude)),
    )
    corrections = natural_corrections(rng, (*unknown, *family.powers), plain.star, family.amplitude)
    return replace(plain, corrections=corrections, cube=natural_cube(rng, plain.star, plain.slope))


def pulls(family: Family, seed: int) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Pulls (measured − true)/error of the global fit and of the crossings for one set, and the errors of the fit."""
    truth = draw_truth(family, np.random.default_rng([seed, 1]))
    sizes, draws = tuple(family.draws), tuple(family.draws.values())
    point = analyse(synthetic_curves(truth, family.coupling, sizes, draws, seed))
    true = {
        "temperature": truth.temperature,
        "delta_spin": 2 - truth.y_h,
        "delta_energy": 2 - truth.y_t,
        "binder": truth.star[0],
    }
    fitted = {name: getattr(point, name).deviation(true[name]) for name in NAMES}
    crossed = {name: item.deviation(true[name]) for name, item in (point.by_crossings or {}).items() if name in true}
    return fitted, crossed, {name: getattr(point, name).error for name in NAMES}


def summary(rows: list[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Shares of pulls within one and two errors, mean and standard deviation."""
    out = {}
    for name in NAMES:
        values = np.array([row[name] for row in rows if name in row])
        out[name] = {
            "sets": len(values),
            "within_1": float(np.mean(np.abs(values) < 1)),
            "within_2": float(np.mean(np.abs(values) < 2)),
            "mean": float(values.mean()),
            "deviation": float(values.std()),
        }
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=200)
    parser.add_argument("--only", nargs="*", default=list(FAMILIES))
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    result = json.loads(options.out.read_text()) if options.out.exists() else {}
    for name in options.only:
        found = [pulls(FAMILIES[name], seed) for seed in range(options.sets)]
        result[name] = {
            "sets": options.sets,
            "draws": FAMILIES[name].draws,
            "errors": {key: float(np.median([errors[key] for *_, errors in found])) for key in NAMES},
            "global_fit": summary([fitted for fitted, *_ in found]),
            "crossings": summary([crossed for _, crossed, _ in found]),
        }
        options.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        for kind in ("global_fit", "crossings"):
            for key, row in result[name][kind].items():
                print(name, kind, key, {label: round(value, 3) for label, value in row.items()}, flush=True)


if __name__ == "__main__":
    main()
