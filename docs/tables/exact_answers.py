"""Our numbers beside exact ones, computed while the page is built."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spinlens import RBM, IsingModel, NearestNeighbour, PowerLaw, exact
from tables.markdown import load, signed, table

_LARGEST_TABLE = 70_000  # sites of a table that is made for the page; the tests make all


def comparison() -> str:
    """The largest relative deviation of each kind of number, and how many there are."""
    kinds = {
        "image sums J_L(r), d = 1, 2, 3": (_image_sums(), "Ewald sums with 34 and 50 digits"),
        "ln Z, energy, specific heat of squares": (_kaufman(), "Kaufman (1949) with 50 digits"),
        "ln Z, energy, ⟨|m|⟩, ⟨m²⟩, ⟨m⁴⟩ by enumeration": (_enumeration(), "sums over all states by two methods"),
        "ln Z and likelihood of an 8 × 5 machine": (_machine(), "sums over all states"),
    }
    rows = []
    for kind, (pairs, source) in kinds.items():
        apart = [abs(ours - known) / max(abs(known), 1e-300) for ours, known in pairs]
        rows.append([kind, len(apart), f"{max(apart):.0e}", source])
    return table(["numbers", "compared", "largest relative difference", "with"], rows)


Pairs = Iterator[tuple[float, float]]


def _image_sums() -> Pairs:
    cases = [(case["shape"], case["sigma"], case["values"]) for case in load("tests/data/image_sums.json")["cases"]]
    for sigma, entry in load("tests/data/lattice_sums.json")["2D"].items():
        cases += [([int(L)] * 2, sigma, values) for L, values in entry["L"].items()]
    for shape, sigma, values in cases:
        if np.prod(shape) <= _LARGEST_TABLE:
            model = IsingModel(shape, PowerLaw(float(sigma)))
            for key, text in values.items():
                r = tuple(map(int, key.split(",")))
                yield float(model.coupling_table[r] if any(r) else model.self_image), float(text)


def _kaufman() -> Pairs:
    for case in load("tests/data/kaufman.json")["cases"]:
        found = exact.kaufman(case["L"], case["T"])
        yield from ((getattr(found, name), case[name]) for name in ("log_z", "energy", "specific_heat"))


def _enumeration() -> Pairs:
    for case in load("tests/data/enumeration.json")["cases"]:
        if case["coupling"] == "nearest-neighbour":
            found = exact.enumerate(IsingModel(case["shape"], NearestNeighbour()), case["T"])
            ours = (found.log_z, found.energy, found.abs_m, found.m2, found.m4)
            yield from zip(ours, (case[name] for name in ("log_z", "energy", "abs_m", "m2", "m4")), strict=True)


def _machine() -> Pairs:
    known = load("tests/data/rbm_8x5.json")
    machine = RBM.from_weights(np.array(known["W"]), np.array(known["a"]), np.array(known["b"]))
    yield machine.log_z(method="exact").value, float(known["logZ"])
    yield machine.log_likelihood(np.array(known["data"]), method="exact").value, float(known["mean_loglik"])


def samplers() -> str:
    """Every algorithm against Kaufman's energy and specific heat: the deviation farthest from zero, in errors."""
    found = load("validation/sampling/kaufman.json")
    rows = []
    for name in dict.fromkeys(row["algorithm"] for row in found["rows"]):
        own = [row for row in found["rows"] if row["algorithm"] == name]
        pulls = [row["deviation"] for row in own]
        sizes = sorted({row["L"] for row in own})
        rows.append([name, f"{sizes[0]} … {sizes[-1]}", *_spread(pulls)])
    rows.append(["all", "", *_spread([row["deviation"] for row in found["rows"]])])
    return table(["moves", "L", "comparisons", "mean square deviation", "largest, in errors"], rows)


def _spread(pulls: list[float]) -> list[str]:
    return [str(len(pulls)), f"{np.mean(np.square(pulls)):.2f}", signed(max(pulls, key=abs), 1)]
