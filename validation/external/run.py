"""Power-law lattices beside the averages of another program: ⟨m²⟩, Q_m, ξ/L, energy, windings; L up to 512.

    python validation/external/run.py [--largest 512] [--relative 2e-3] [--minutes 60] [--only SUBSTRING …]

external.json holds 63 rows of the other program, with source and conventions. A row is sampled in parts, independent
runs with seeds 1, 2, …, until the error of ⟨m²⟩ is that of the row, or `--relative` where this is larger; cheapest
rows first. results.json is written after each part, and another call goes on from it. One core. To 2e-3 sizes up to 32
take minutes, 64 an hour, 256 and 512 days.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from windings import ranks

from spinlens import Estimate, IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.statistics.autocorrelation import integrated_time, mean_estimate

HERE = Path(__file__).parent
DATA, RESULTS = HERE / "external.json", HERE / "results.json"
QUANTITIES = ("m2", "Qm", "xi_over_L", "energy_per_site", "R0", "R2", "Rp")
FIRST, CHAINS, FEWER = 1000, 4, 10  # draws a chain of the first part; one in ten also as states
LONGEST = 5e9  # spin updates of a part
Row = Mapping[str, Any]
Numbers = npt.NDArray[np.float64]


def name(row: Row) -> str:
    """What a row is called: "sigma=1.75 L=512 beta=0.329136", or "nearest neighbour L=…"."""
    kind = row["sigma"] if isinstance(row["sigma"], str) else f"sigma={row['sigma']}"
    return f"{kind} L={row['L']} beta={row['beta']}"


def model(row: Row, images: str = "minimum") -> IsingModel:
    """The lattice of a row: Σ_j J_ij = 4, of power laws as of nearest neighbours."""
    shape = (row["L"], row["L"])
    if isinstance(row["sigma"], str):
        return IsingModel(shape, NearestNeighbour())
    plain = partial(PowerLaw, row["sigma"], images)  # type: ignore[arg-type]
    return IsingModel(shape, plain(strength=4 / float(plain().table(shape).sum())))


def of_means(series: Sequence[Numbers], function: Callable[..., float]) -> Estimate:
    """A function of means of series (chains, draws), with the error of its linear part, autocorrelation included."""
    means = [float(values.mean()) for values in series]
    linear = np.zeros_like(series[0])
    for number, values in enumerate(series):
        step = 1e-4 * (abs(means[number]) or 1)
        up, down = ([m + sign * step * (n == number) for n, m in enumerate(means)] for sign in (1, -1))
        linear += (function(*up) - function(*down)) / (2 * step) * (values - means[number])
    return Estimate(function(*means), mean_estimate(linear).error)


def measured(lattice: IsingModel, beta: float, draws: int, seed: int) -> dict[str, Any]:
    """Value and error of each quantity from one run, with τ_int of m² in sweeps."""
    run = partial(sample, lattice, 1 / beta, chains=CHAINS, workers=1, energy=False)
    data, L = run(draws, seed=seed, wrapping=True), lattice.shape[0]
    spins = run(max(draws // FEWER, 200), seed=seed + 1000, keep_spins=True, thin=2).spins.values[0]
    m2, m4, none, both = (data[key].values[0] for key in ("m2", "m4", "wraps_none", "wraps_both"))
    mode = (data.mode_x.values[0] + data.mode_y.values[0]) / 2
    apart = of_means([wind_apart(lattice, beta, spins, seed)], float)
    found = {
        "m2": of_means([m2], float),
        "Qm": of_means([m2, m4], lambda m2, m4: m2**2 / m4),
        "xi_over_L": of_means([m2, mode], lambda m2, k: math.sqrt(m2 / k - 1) / (2 * L * math.sin(math.pi / L))),
        "energy_per_site": of_means([near_energies(lattice, spins)], float),
        "R0": of_means([none], float),
        "R2": of_means([both], float) + apart,
        "Rp": of_means([none, both], lambda none, both: both - 2 * none) + apart,
    }
    times = {"draws": CHAINS * draws, "tau_m2": integrated_time(m2).value, "converged": bool(data.converged[0])}
    return {key: [item.value, item.error] for key, item in found.items()} | times


def near_energies(lattice: IsingModel, spins: npt.NDArray[np.int8]) -> Numbers:
    """Energy per site of the nearest neighbours alone, −J(1) Σ s s′ / N over both axes, of states (chains, n, L, L)."""
    bonds = sum((spins * np.roll(spins, 1, axis)).mean(axis=(2, 3)) for axis in (2, 3))
    return np.asarray(-float(lattice.coupling_table[0, 1]) * bonds)


def wind_apart(lattice: IsingModel, beta: float, spins: npt.NDArray[np.int8], seed: int) -> Numbers:
    """1 for states (chains, n, L, L) with a graph whose clusters wind in two directions, but each of them in one."""
    one, together = ranks(lattice, beta, spins.reshape(-1, *lattice.shape), seed)
    return np.asarray((together == 2) & (one < 2), dtype=np.float64).reshape(spins.shape[:2])


def joined(parts: Sequence[Row]) -> dict[str, Estimate]:
    """Averages over parts, each with the weight of its draws."""
    draws = np.array([part["draws"] for part in parts], dtype=float)
    weights, found = draws / draws.sum(), {}
    for key in QUANTITIES:
        values, errors = np.array([part[key] for part in parts]).T
        found[key] = Estimate(float(weights @ values), float(np.sqrt(weights**2 @ errors**2)))
    return found


def deviations(row: Row, parts: Sequence[Row]) -> dict[str, float]:
    """(measured here − theirs) in combined errors."""
    return {key: item.deviation(Estimate(row[key], row[f"{key}_error"])) for key, item in joined(parts).items()}


def summary(found: Iterable[tuple[Row, Mapping[str, float]]]) -> dict[str, Any]:
    """χ² per comparison of all rows, of each quantity and of each range; the worst |z|.

    `error` is that of the χ² per comparison if all were independent. Those of a row are not: R_p = R_2 − 2 R_0, and
    ⟨m²⟩, Q_m and ξ/L rise together.
    """
    z = [(key, str(row["sigma"]), value, name(row)) for row, items in found for key, value in items.items()]
    worst = max(z, key=lambda item: abs(item[2]))
    groups = {"all": z}
    groups |= {key: [item for item in z if item[0] == key] for key in QUANTITIES}
    groups |= {sigma: [item for item in z if item[1] == sigma] for sigma in dict.fromkeys(item[1] for item in z)}
    table = {key: chi2([item[2] for item in group]) for key, group in groups.items() if group}
    return {"chi2_per_comparison": table, "worst": {"z": worst[2], "of": worst[0], "row": worst[3]}}


def chi2(z: Sequence[float]) -> dict[str, float]:
    """Mean square, the error that independent ones have, and their number."""
    return {"value": float(np.mean(np.square(z))), "error": math.sqrt(2 / len(z)), "comparisons": len(z)}


def wanted(row: Row, relative: float) -> float:
    """Relative error of ⟨m²⟩ that a row is sampled to."""
    return max(float(row["m2_error"] / row["m2"]), relative)


def missing(row: Row, parts: Sequence[Row], relative: float) -> int:
    """Draws a chain of the next part; 0 where the error is small enough."""
    if not parts:
        return FIRST
    m2 = joined(parts)["m2"]
    ratio = (m2.error / m2.value / wanted(row, relative)) ** 2
    drawn = sum(part["draws"] for part in parts)
    return 0 if ratio <= 1.1 else max(FIRST, math.ceil((ratio - 1) * drawn / CHAINS))


def affordable(row: Row, parts: Sequence[Row], draws: int, seconds: float) -> int:
    """As many of these draws as fit into the seconds that are left and into a part, judged by the parts before."""
    most = LONGEST / (CHAINS * row["L"] ** 2)
    if parts:
        most = min(most, seconds * parts[-1]["draws"] / CHAINS / parts[-1]["seconds"])
    return min(draws, int(most))


def sample_row(row: Row, results: dict[str, Any], options: argparse.Namespace, end: float) -> None:
    """Parts of one row until its error is small enough or time is up."""
    entry = results["rows"].setdefault(name(row), {"parts": []})
    parts = entry["parts"]
    while (draws := missing(row, parts, options.relative)) and (left := end - time.monotonic()) > 0:
        if (draws := affordable(row, parts, draws, left)) < FIRST / 4:
            return
        begun = time.process_time()
        part = measured(model(row), row["beta"], draws, seed=len(parts) + 1)
        parts.append(rounded(part | {"seconds": time.process_time() - begun}))
        entry["z"] = rounded(deviations(row, parts))
        write(results, options)
        print(name(row), len(parts), {key: round(value, 1) for key, value in entry["z"].items()}, flush=True)


def write(results: dict[str, Any], options: argparse.Namespace) -> None:
    """Rows in the order of the data, and what they say together."""
    rows = [row for row in rows_of(math.inf) if results["rows"].get(name(row), {}).get("parts")]
    results["rows"] = {name(row): results["rows"][name(row)] for row in rows}
    results["summary"] = rounded(summary((row, results["rows"][name(row)]["z"]) for row in rows))
    options.out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


def rows_of(largest: float) -> list[dict[str, Any]]:
    """Rows of the other program up to a size."""
    return [row for row in json.loads(DATA.read_text(encoding="utf-8"))["rows"] if row["L"] <= largest]


def rounded(value: Any) -> Any:
    """Floats with eight digits."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.8g}") if isinstance(value, float) else value


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=512)
    parser.add_argument("--relative", type=float, default=2e-3, help="error of ⟨m²⟩ that is small enough")
    parser.add_argument("--minutes", type=float, default=math.inf)
    parser.add_argument("--only", nargs="*", default=[""], help="rows whose name contains one of these")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    end = time.monotonic() + 60 * options.minutes
    results: dict[str, Any] = {"rows": {}}
    if options.out.exists():
        results = json.loads(options.out.read_text(encoding="utf-8"))
    rows = [row for row in rows_of(options.largest) if any(part in name(row) for part in options.only)]
    for row in sorted(rows, key=lambda row: row["L"] ** 2 / wanted(row, options.relative) ** 2):
        sample_row(row, results, options, end)
    print(json.dumps(results.get("summary"), indent=1))


if __name__ == "__main__":
    main()
