"""How a machine is trained: the one list of the options of `RBM`."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Protocol

from spinlens import checks
from spinlens.errors import InputError
from spinlens.machines.options import Options
from spinlens.machines.training.optimizers.choice import OPTIMIZERS
from spinlens.machines.units.translations import tying

ENGINES = ("numpy", "torch", "torch-cuda")
JUDGEMENTS = ("exact", "ais")


@dataclass(eq=False, repr=False)
class Recipe(Options):
    """Options of training. `RBM` is a recipe that can be carried out, and documents its fields.

    An option is written here and nowhere else: the arguments of `RBM`, `get_params` and files of machines follow.
    """

    n_hidden: int
    learning_rate: float = 0.02
    batch_size: int = 100
    epochs: int = 30
    steps: int = 1
    persistent: bool | str = False
    biases: bool = False
    seed: int = 0
    engine: str = "numpy"
    _: KW_ONLY
    chains: int | None = None
    replicas: int = 1
    exact_gradient: bool = False
    optimizer: str = "sgd"
    momentum: float = 0.5
    epsilon: float = 1e-8
    damping: tuple[float, float] = (25.0, 3000.0)
    final_rate: float = 0.03
    averaging: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    initial_scale: float = 0.01
    torus: tuple[int, ...] | None = None
    stride: int = 1
    augment: tuple[int, ...] | None = None
    track: str | None = None
    track_at: tuple[float, ...] = (0.75, 1.0)
    annealing: tuple[int, int] = (100, 500)
    patience: int | None = None

    def __post_init__(self) -> None:
        _check_numbers(self)
        checks.choice("optimizer", self.optimizer, tuple(OPTIMIZERS))
        checks.choice("engine", self.engine, ENGINES)
        if self.track is not None:
            checks.choice("track", self.track, JUDGEMENTS)
        if self.replicas > 1 and not self.persistent:
            raise InputError("replicas temper persistent chains: use persistent=True with them")
        fractions = [checks.finite_number("track_at", part) for part in checks.several("track_at", self.track_at)]
        if not all(0 < fraction <= 1 for fraction in fractions):
            raise InputError(f"track_at must hold fractions above 0 and at most 1, got {self.track_at!r}")
        if self.patience is not None and self.track is None:
            raise InputError("patience stops on the tracked log-likelihood: give track='exact' or track='ais' with it")
        if isinstance(self.persistent, str):
            checks.choice("persistent", self.persistent, ("growing",))
        if self.optimizer == "natural":
            _check_natural(self)
        tying(self.torus, self.n_hidden, self.stride)


class Falling(Protocol):
    """Options by which a learning rate falls, and parameters are averaged."""

    learning_rate: float
    final_rate: float
    averaging: float


class Passes(Falling, Protocol):
    """Options of whatever goes through its states in batches, pass after pass."""

    batch_size: int
    epochs: int
    l2: float
    augment: tuple[int, ...] | None
    seed: int


def check_passes(recipe: Passes) -> None:
    """Refuse what these options cannot be."""
    for name in ("batch_size", "epochs"):
        checks.positive_integer(name, getattr(recipe, name))
    for name in ("learning_rate", "final_rate"):
        checks.positive_number(name, getattr(recipe, name))
    if recipe.l2 != 0:
        checks.positive_number("l2", recipe.l2)
    if not 0 <= checks.finite_number("averaging", recipe.averaging) < 1:
        raise InputError(f"averaging must be a fraction of the updates, at least 0 and below 1: {recipe.averaging!r}")
    if recipe.augment is not None:
        _check_sides("augment", recipe.augment)
    checks.seed(recipe.seed)


def _check_sides(name: str, sides: tuple[int, ...]) -> None:
    for side in checks.several(name, sides):
        checks.positive_integer(f"a side of {name}", side)


def _check_numbers(recipe: Recipe) -> None:
    check_passes(recipe)
    for name in ("n_hidden", "steps", "replicas"):
        checks.positive_integer(name, getattr(recipe, name))
    for name in ("chains", "patience"):
        if getattr(recipe, name) is not None:
            checks.positive_integer(name, getattr(recipe, name))
    for name in ("initial_scale", "epsilon"):
        checks.positive_number(name, getattr(recipe, name))
    if recipe.l1 != 0:
        checks.positive_number("l1", recipe.l1)
    if not 0 <= checks.finite_number("momentum", recipe.momentum) < 1:
        raise InputError(f"momentum must be at least 0 and below 1, got {recipe.momentum!r}")
    if recipe.torus is not None:
        _check_sides("torus", recipe.torus)
    for least, number in zip((2, 1), checks.several("annealing", recipe.annealing, 2), strict=True):
        checks.positive_integer("annealing", number, least)


def _check_natural(recipe: Recipe) -> None:
    if recipe.exact_gradient or recipe.biases or recipe.l1 or recipe.l2:
        raise InputError(
            "optimizer='natural' moves weights by states that are drawn: leave exact_gradient, biases, l1, l2 out"
        )
    if recipe.learning_rate > 1:
        raise InputError(
            "learning_rate is the part of a whole step with optimizer='natural': at most 1, "
            f"got {recipe.learning_rate!r}"
        )
    first, last = (checks.finite_number("damping", number) for number in checks.several("damping", recipe.damping, 2))
    if not 0 < first <= last:
        raise InputError(f"damping must be two rising numbers above 0, got {recipe.damping!r}")


def rate_at(recipe: Falling, done: float) -> float:
    """Learning rate where a fraction `done` of the updates is made.

    Constant for the first half, then falling geometrically to `final_rate` of it, where it stays.
    """
    return float(recipe.learning_rate * recipe.final_rate ** min(1.0, max(0.0, 2 * done - 1)))


def restart_at(recipe: Recipe, done: float) -> float:
    """Probability with which a growing chain is put back to a state of the data before an update; 0 of other chains.

    1 in the first fifth of the updates (CD), then falling geometrically to 1/1000; 0 in the last tenth (PCD).
    """
    if recipe.persistent != "growing" or done >= 0.9:
        return 0.0
    return float(10 ** (-3 * min(1.0, max(0.0, (done - 0.2) / 0.6))))


def averages_at(recipe: Falling, done: float) -> bool:
    """Whether the parameters after an update enter the average that becomes the machine."""
    return recipe.averaging > 0 and done >= 1 - recipe.averaging


def judged_epochs(recipe: Recipe) -> set[int]:
    """The epochs, counted from 1, after which the likelihood and the observables are measured."""
    return {max(1, round(fraction * recipe.epochs)) for fraction in recipe.track_at}
