"""What determines the draws of a run, and what a result says of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import model_document
from spinlens.versions import versions


def arguments(model: IsingModel, grid: Sequence[float], options: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that determines the draws of a run, as JSON data."""
    return {
        "spinlens": versions()["spinlens"],
        "model": model_document(model),
        "temperatures": [repr(float(temperature)) for temperature in grid],
        **options,
    }


def attributes(model: IsingModel, seed: int, thin: int, algorithms: Sequence[str]) -> dict[str, str | int]:
    """Attributes of a Dataset, text and integers only, as netCDF holds them."""
    return {
        "model": json.dumps(model_document(model), ensure_ascii=False),
        "label": model.coupling.label,
        "seed": seed,
        "thin": thin,
        "algorithm": ", ".join(dict.fromkeys(algorithms)),
        "versions": json.dumps(versions()),
    }
