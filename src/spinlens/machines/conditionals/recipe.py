"""How an autoregressive network is trained: the one list of the options of `AutoregressiveNetwork`."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from spinlens import checks
from spinlens.errors import InputError
from spinlens.machines.options import Options
from spinlens.machines.training.recipe import check_passes


@dataclass(eq=False, repr=False)
class ConditionalRecipe(Options):
    """Options of training. `AutoregressiveNetwork` is such a list that can be carried out, and documents its fields."""

    n_hidden: int
    symmetric: bool = True
    learning_rate: float = 0.003
    batch_size: int = 100
    epochs: int = 30
    seed: int = 0
    _: KW_ONLY
    final_rate: float = 0.03
    averaging: float = 0.15
    l2: float = 0.0
    augment: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        checks.positive_integer("n_hidden", self.n_hidden, minimum=0)
        check_passes(self)
        if not isinstance(self.symmetric, bool):
            raise InputError(f"symmetric must be True or False, got {checks.shown(self.symmetric)}")
