"""Random study files, small enough to be run: every key of the format is drawn, at its ends more often than not.

`random_study(seed)` is a document as TOML gives it. Two in three ask for what does not go together and are
refused, which is right; whatever is accepted must run to its end.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import Any

from spinlens.errors import InputError
from spinlens.study.definition.spec import Study
from spinlens.study.definition.toml_file import parse_study

Table = dict[str, Any]
_RATIOS = (0.0, 0.05, 0.3, 0.6, 0.8, 0.9, 0.95, 1.05, 1.1, 1.3, 1.7, 2.6, 10.0, 1000.0)


def accepted_studies(first: int, count: int) -> list[tuple[int, Study]]:
    """The next `count` studies that are accepted, from the seed `first` on, each with its seed."""
    found: list[tuple[int, Study]] = []
    seed = first
    while len(found) < count:
        with contextlib.suppress(InputError):
            found.append((seed, parse_study(random_study(seed))))
        seed += 1
    return found


def random_study(seed: int) -> Table:
    """The study file of one seed."""
    draw = random.Random(seed)
    document: Table = {
        "study": {"name": f"random-{seed}", "seed": draw.choice([0, seed, 2**63 - 1])},
        "models": _models(draw),
        "criticality": _criticality(draw),
        "ensembles": (ensembles := _ensembles(draw)),
    }
    sets = ["grid", "critical", "geometry-free", "mean-field", *(grid["name"] for grid in ensembles["grids"])]
    document["machines"] = (machines := _machines(draw, sets))
    recipes = [recipe["name"] for recipe in machines["recipes"]]
    document["controls"] = _some(draw, {
        "kinds": lambda: draw.sample(["exact", "lazy", "geometry-free", "mean-field", "redrawn"], draw.randint(0, 5)),
        "like": lambda: draw.choice(["", *recipes]),
        "seeds": lambda: draw.choice([1, 1, 2]),
    })  # fmt: skip
    document["stack"] = _stack(draw, ensembles["size"], sets, recipes)
    document["coarse"] = _coarse(draw, sets)
    document["flows"] = _flows(draw, ensembles["temperatures"])
    document["published"] = _some(draw, {"seeds": lambda: draw.choice([0, 1, 3]), "steps": lambda: draw.randint(1, 6)})
    document["thermometers"] = {"hidden": draw.choice([1, 4]), "epochs": draw.choice([1, 2])}
    return document


def _some(draw: random.Random, values: dict[str, Callable[[], Any]], part: float = 0.5) -> Table:
    """Each of the keys with the probability `part`; what is left out has the value of the preset quick."""
    return {name: value() for name, value in values.items() if draw.random() < part}


def _models(draw: random.Random) -> list[Table]:
    near = {"name": "nn", "coupling": "nearest-neighbour"}
    far = {"name": "pl.0_x+y-z", "coupling": "power-law", "sigma": draw.choice([0.001, 0.5, 1.0, 1.2, 1.75, 4.0, 20.0])}
    nearest = ["minimum"] * (far["sigma"] > 1.5)  # below, T_c of so small lattices moves by more than a window
    images = {
        "images": lambda: draw.choice(["periodic", *nearest]),
        "cell": lambda: draw.choice(["point", "integrated"]),
    }
    return [[near], [far | _some(draw, images)], [near, far]][draw.choice([0, 1, 1, 2])]


def _criticality(draw: random.Random) -> Table:
    sizes = draw.choice([[4, 5, 6], [4, 6, 8], [6, 8, 12], [4, 6, 8, 10], [5, 7, 9]])
    given = {"draws": draw.choice([400, 600]), "points": draw.choice([3, 4, 5])}
    return {"sizes": sizes, **given, **_some(draw, {"chains": lambda: draw.choice([1, 2, 3])})}


def _ensembles(draw: random.Random) -> Table:
    others = draw.sample(_RATIOS, draw.randint(4, 8))
    temperatures = sorted({1.0, *others})
    names = draw.sample(["low", "high", "one"], draw.randint(0, 2))
    return {
        "size": draw.choice([4, 5, 6, 8, 8, 10, 12]),
        "temperatures": temperatures,
        "thin": draw.choice([1, 2, 12]),
        "training": draw.choice([50, 60]), "critical": draw.choice([100, 333]),
        "calibration": draw.choice([50, 120]), "test": draw.choice([50, 120]),
        "grids": [
            {"name": name, "temperatures": draw.sample(temperatures, draw.randint(1, len(temperatures)))}
            for name in names
        ],
    }  # fmt: skip


def _training(draw: random.Random) -> Table:
    """Options of a training; its length is always given, for the default is long."""
    length = draw.choice([{"epochs": draw.choice([1, 2])}, {"updates": draw.choice([1, 3, 20])}])
    return length | _changes(draw)


def _changes(draw: random.Random) -> Table:
    options = _some(draw, {
        "steps": lambda: draw.choice([1, 3]),
        "persistent": lambda: draw.choice([True, False, "growing"]),
        "chains": lambda: draw.choice([1, 7, 100]),
        "learning_rate": lambda: draw.choice([1e-6, 0.01, 0.1, 1.0]),
        "final_rate": lambda: draw.choice([1e-3, 0.03, 1.0]),
        "averaging": lambda: draw.choice([0.0, 0.3, 0.99]),
        "batch_size": lambda: draw.choice([1, 20, 100, 5000]),
        "optimizer": lambda: draw.choice(["sgd", "adam", "natural"]),
        "momentum": lambda: draw.choice([0.0, 0.5, 0.9]),
        "epsilon": lambda: draw.choice([1e-8, 1.0]),
        "damping": lambda: draw.choice([[25.0, 3000.0], [1.0, 1.0]]),
        "l1": lambda: draw.choice([0.0, 0.01]),
    }, 0.25)  # fmt: skip
    if options.get("batch_size") == 1:
        options["batch_size"] = 2 + draw.randint(0, 20)
    return options


def _machines(draw: random.Random, sets: list[str]) -> Table:
    recipes = []
    for name in draw.sample(["a", "b-2", "exactly", "lazy2"], draw.choice([1, 1, 2, 3])):
        recipe = {"name": name, "training_set": draw.choice(sets), **_training(draw)}
        recipe |= _some(draw, {
            "hidden": lambda: draw.choice([1, 2, 9]),
            "torus": lambda: draw.random() < 0.5,
            "augment": lambda: draw.random() < 0.5,
            "control": lambda: draw.random() < 0.3,
            "biases": lambda: draw.random() < 0.3,
            "initial_scale": lambda: draw.choice([1e-6, 0.01, 1.0]),
            "ends": lambda: draw.choice([50, 120]),
            "seeds": lambda: draw.choice([1, 2, 3]),
        }, 0.4)  # fmt: skip
        if draw.random() < (0.5 if recipe.get("torus") else 0.05):
            recipe["stride"] = draw.choice([1, 2])
        if draw.random() < 0.3:
            recipe["phases"] = [_training(draw) for _ in range(draw.randint(1, 2))]
            for phase in recipe["phases"]:
                phase |= _some(draw, {"augment": lambda: draw.random() < 0.5}, 0.3)
        recipes.append(recipe)
    return {"hidden": draw.choice([1, 4, 12]), "seeds": draw.choice([1, 1, 2]), "recipes": recipes}


def _stack(draw: random.Random, size: int, sets: list[str], recipes: list[str]) -> Table:
    layers = draw.choice([1, 1, 2]) if size >= 12 else 1
    table = {
        "seeds": draw.choice([0, 1, 2]), "training_set": draw.choice(sets), **_training(draw),
        "hidden": [(size // 2 ** (layer + 1)) ** 2 for layer in range(layers)],
    }  # fmt: skip
    more = {
        "upward": lambda: draw.choice(["sampled", "mean"]),
        "bottom": lambda: draw.choice(["", "", *recipes]),
        "biases": lambda: draw.random() < 0.3,
        "initial_scale": lambda: draw.choice([0.01, 1.0]),
    }
    return table | _some(draw, more, 0.3)


def _coarse(draw: random.Random, sets: list[str]) -> Table:
    table = {"seeds": draw.choice([0, 0, 1, 2]), "layers": draw.choice([1, 1, 2]), "states": 640, **_training(draw)}
    more = {
        "training_set": lambda: draw.choice(sets),
        "biases": lambda: draw.random() < 0.3,
        "initial_scale": lambda: draw.choice([1e-6, 0.01, 1.0]),
    }
    return table | _some(draw, more, 0.3)


def _flows(draw: random.Random, temperatures: list[float]) -> Table:
    steps = draw.choice([2, 3, 6, 11])
    record = sorted({0, steps, *draw.sample(range(steps + 1), min(steps, draw.randint(2, 5)))})
    starts = sorted({1.0, *draw.sample(temperatures, draw.randint(0, 3))})
    return {
        "steps": steps, "record": record[draw.choice([0, 0, 0, 1]) :], "samples": draw.choice([50, 100]),
        "ends": draw.choice([50, 80]), "most_steps": draw.choice([100, 300]),
        "starts": draw.choice([[], starts, starts]),
        "rules": draw.sample(["majority", "average", "decimation"], draw.randint(0, 3)),
        **_some(draw, {"machines": lambda: draw.choice([1, 2, 5])}),
    }  # fmt: skip
