"""What is in the files that spinlens writes, from the code and from files written while the page is built."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import h5netcdf
from safetensors import safe_open

import spinlens as sl
from spinlens.files import formats
from spinlens.machines.files import storage
from spinlens.sampling.chains import checkpoint
from spinlens.study.definition.sections import VERSION
from spinlens.study.definition.tasks import FORMAT
from tables.markdown import load, table


def versions() -> str:
    """The version that each format has; a file of another one is replayed, or refused in one sentence."""
    rows = [
        ["study folder, results.json", FORMAT],
        ["study file (`[study] version`)", VERSION],
        ["machines", storage.FORMAT],
        ["states of chains under way", checkpoint.FORMAT],
    ]
    return table(["format", "version"], rows)


def states() -> str:
    """The variables of a file of states as they lie on disk, of one that is written now."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "states.nc"
        sl.save(_sample(), path)
        with h5netcdf.File(path) as file:
            rows = [
                [f"`{name}`", ", ".join(variable.dimensions), variable.dtype, *_described(variable.attrs)]
                for name, variable in file.variables.items()
            ]
    return table(["variable", "dimensions", "type", "what", "unit"], rows)


def attributes() -> str:
    """The attributes of such a file."""
    return table(["attribute", "for example"], [[f"`{key}`", value] for key, value in _sample().attrs.items()])


def _sample() -> Any:
    model = sl.IsingModel((4, 4), sl.PowerLaw(1.2))
    return sl.sample(model, [6.0, 7.0], draws=8, chains=2, keep_spins=True, workers=1)


def _described(attrs: Any) -> list[str]:
    return [str(attrs.get("long_name", "")), str(attrs.get("units", ""))]


def machine() -> str:
    """What a saved machine holds."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "machine.safetensors"
        sl.save(sl.RBM.from_weights([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]), path)
        with safe_open(path, framework="numpy") as file:
            rows = [
                [f"array `{key}`", "×".join(map(str, file.get_slice(key).get_shape()))] for key in sorted(file.keys())
            ]
            metadata = file.metadata()
    settings = json.loads(metadata["spinlens"])
    rows += [
        [f"setting `{key}`", ", ".join(value) if isinstance(value, dict) else value] for key, value in settings.items()
    ]
    return table(["of a machine of 3 visible and 2 hidden units", "shape, or what"], rows)


def folders() -> str:
    """What commands write into their folders."""
    given = {"spinlens train": formats.OF_TRAIN, "spinlens flow": formats.OF_FLOW}
    rows = [
        [f"`{command}`", ", ".join(f"`{name}`" for name in (formats.MARKER, *names))]
        for command, names in given.items()
    ]
    return table(["command", "files and folders, as far as it has them"], rows)


def results() -> str:
    """The keys of results.json; one that is not explained here is an error."""
    document = load("validation/study/results.json")
    model = next(iter(document["models"].values()))
    here = {
        "": document, "models.*": model, "models.*.machines[]": model["machines"][0],
        "models.*.machines[].end": model["machines"][0]["end"], "claims[]": document["claims"][0],
    }  # fmt: skip
    rows = []
    for where, found in here.items():
        for key in found:
            path = f"{where}.{key}".lstrip(".")
            rows.append([f"`{path}`", _MEANING[path]])
    rows += [[f"`{path}`", _MEANING[path]] for path in _OF_MAPS]
    return table(["key", "what"], rows)


_OF_MAPS = ("map", "map.places[]", "map.trend", "map.quantities.*")
_MEANING = {
    "map": "of a study with three power laws or more: its rule, what that says, its numbers",
    "map.places[]": "lattice by lattice: σ, y_h of the learned map less that of blocks, on which side of the margin",
    "map.trend": "slope against σ, its sign, the change over the map against the margin",
    "map.quantities.*": "points against σ, the margin, what it is about, what is known",
    "format": "version of this format",
    "spinlens": "version that made it",
    "study": "the study file as resolved",
    "models": "by the name of each model",
    "claims": "the verdicts, in the order A, B, C, C′, D, E, F, G",
    "models.*.label": "what it is called",
    "models.*.short_range": "whether of the class of short range, to which power laws with σ > 2 belong",
    "models.*.regime": "universality class assumed",
    "models.*.dimension": "of the lattice",
    "models.*.reference": "known T_c, Δ_s, Δ_ε with their sources",
    "models.*.critical": "the critical point, as `CriticalPoint.to_dict` has it",
    "models.*.size": "L of machines and flows",
    "models.*.equilibrium": "instruments, joint test and effective dimensions of states at T_c",
    "models.*.thermometers": "bias, spread, range and pulls of each instrument",
    "models.*.thermometers_by_size": "the same for every L",
    "models.*.machines": "all machines, trained ones and controls",
    "models.*.flows": "flows of machines step by step: readings, plateau, end",
    "models.*.rg": "flows of block spins by rule and start, layer by layer",
    "models.*.stack": "flows of stacks likewise, with the quality of placements",
    "models.*.stacks": "which stacks there are",
    "models.*.localization": "of ⟨v h⟩ of blocks and stacks",
    "models.*.units": "norm, participation and radius of single units",
    "models.*.coarse": "y_t and y_h of learned coarse-grainings and block spins",
    "models.*.fixed_points": "T* at which a layer neither heats nor cools, by instrument",
    "models.*.published": "estimators of published flows on the same machines",
    "models.*.machines[].recipe": "its recipe, or which control it is",
    "models.*.machines[].number": "which of several seeds",
    "models.*.machines[].kind": "trained, exact or redrawn",
    "models.*.machines[].control": "whether the gate looks at it",
    "models.*.machines[].training_set": "what it learned from",
    "models.*.machines[].family": "recipes that differ in their training set only",
    "models.*.machines[].tied": "whether weights are tied by translations",
    "models.*.machines[].hidden": "hidden units",
    "models.*.machines[].gap": "gap to the lattice at T_c in nats a site, its bound and method",
    "models.*.machines[].gibbs_tau": "τ_int of |m| of its chain, and whether it settled",
    "models.*.machines[].end": "the ends of its flows",
    "models.*.machines[].couplings": "J_eff(r) beside J(r)/T, and slopes of both",
    "models.*.machines[].end.steps": "after how many steps",
    "models.*.machines[].end.settled": "whether that is ten τ_int that are known",
    "models.*.machines[].end.cold": "instruments, joint test, dimensions and their excess, from cold starts",
    "models.*.machines[].end.hot": "from hot starts",
    "models.*.machines[].end.all": "of both together",
    "claims[].id": "A, B, C, C′, D, E, F or G",
    "claims[].claim": "the claim in one sentence",
    "claims[].rule": "its rule with the margins",
    "claims[].outcome": "supported, contradicted, undecided, depends on training, no temperature, not assayed",
    "claims[].because": "what was found, in words with numbers",
    "claims[].evidence": "numbers that are shown beside",
    "claims[].effects": "every number that was held against a margin, with error, margin and side",
    "claims[].decides": "what would decide it",
    "claims[].parts": "recipe by recipe and control by control",
}
