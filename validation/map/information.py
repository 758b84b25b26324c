"""What a block of 2 × 2 tells of its environment, and how much of that each coarse-graining keeps: exact at 4 × 4.

    python validation/map/information.py STUDY [STUDY …]     # one folder a seed, with machines of the stage "coarse"

Writes information.json and information.png beside this file and prints the table of FINDINGS.md. Units of blocks of a
4 × 4 lattice at the critical temperature of the infinite one, with their mutual information with the twelve spins
around; the learned unit is the part of a filter of stride 2 inside the block where most of its weight lies.

Rule, set before any learned filter was put in: with I of a unit over I of the whole block, a coarse-graining *keeps*
what the environment can feel where it is within 0.02 of the best of all 32,768 rules of the block; the majority must be
inside and decimation outside, or nothing is said. The learned unit is asked as it draws, and as it would decide.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from spinlens import IsingModel, NearestNeighbour, PowerLaw, plot
from spinlens import open as load
from spinlens.criticality.universality import reference
from spinlens.exact import block_information
from spinlens.lattice.couplings import Coupling
from spinlens.plot import style
from spinlens.statistics.estimate import Estimate

HERE = Path(__file__).parent
MODELS: dict[str, Coupling] = {"nearest-neighbour": NearestNeighbour(), "power-law": PowerLaw(1.2)}
MARGIN = 0.02
DECIDED = 1e3  # times the weights: the unit is the sign of its field


def inside(filters: np.ndarray) -> tuple[np.ndarray, float]:
    """The 2 × 2 part of a filter (L, L) that holds most of its squares, and their share of all."""
    windows = np.stack([np.roll(filters, (-x, -y), (0, 1)) for x in (0, 1) for y in (0, 1)], axis=-1)
    squares = (windows**2).sum(axis=-1)
    x, y = np.unravel_index(squares.argmax(), squares.shape)
    return windows[x, y].reshape(2, 2), float(squares[x, y] / (filters**2).sum())


def learned(study: Path, model: str) -> tuple[np.ndarray, np.ndarray]:
    """Weights in the block of the bottom filter of each coarse-graining of a study, (n, 2, 2), and their shares."""
    files = sorted((study / "artefacts" / "coarse").glob(f"{model}.*.safetensors"))
    bottoms = [load(file).layers_[0].weights_ for file in files]
    found = [inside(np.asarray(w, np.float64)[:, 0].reshape([round(len(w) ** 0.5)] * 2)) for w in bottoms]
    return np.array([w for w, _ in found]), np.array([share for _, share in found])


def row(model: str, studies: Sequence[Path]) -> dict[str, list[float]]:
    """Shares of the information of the block, [value, error]; the errors are the scatter of learned filters."""
    lattice = IsingModel((4, 4), MODELS[model])
    T = reference(MODELS[model], 2).temperature.estimate.value
    of_studies = [learned(study, model) for study in studies]
    weights, shares = (np.concatenate([found[k] for found in of_studies]) for k in range(2))
    drawn = block_information(lattice, T, filters=weights)
    decided = block_information(lattice, T, filters=DECIDED * weights)
    exact = {name: [getattr(drawn, name) / drawn.block, 0.0] for name in ("average", "best", "majority", "decimation")}
    of_filters = {"learned, decided": decided.filters / drawn.block, "learned, drawn": drawn.filters / drawn.block}
    scatter = {**of_filters, "weight in the block": shares}
    return {"block (nats)": [drawn.block, 0.0], **exact, **{name: mean(values) for name, values in scatter.items()}}


def mean(values: np.ndarray) -> list[float]:
    return [float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))]


def main(studies: Sequence[Path]) -> None:
    found = {model: row(model, studies) for model in MODELS}
    rounded = {model: {k: [float(f"{x:.6g}") for x in v] for k, v in own.items()} for model, own in found.items()}
    (HERE / "information.json").write_text(json.dumps(rounded, indent=1) + "\n")
    kinds = [name for name in found["power-law"] if name not in {"block (nats)", "weight in the block"}]
    print(f"| unit | {' | '.join(MODELS)} |\n|---|---|---|")
    for name in found["power-law"]:
        print(f"| {name} | {' | '.join(str(Estimate(*found[model][name])) for model in MODELS)} |")
    with style.context():
        figure = Figure((6.4, 3.2), layout="constrained")
        rows = {name: {MODELS[m].label: Estimate(*found[m][name]) for m in MODELS} for name in kinds}
        ax = plot.forest(rows, figure.subplots(), words="information with the environment, of that of the block")
        for number, model in enumerate(MODELS):
            best = found[model]["best"][0]
            ax.axvspan(best - MARGIN, best + MARGIN, color=style.series(number)[0], alpha=0.12, lw=0)
        figure.savefig(HERE / "information.png", dpi=110)


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
