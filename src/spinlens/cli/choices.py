"""Options that take one of some names: said in the help, completed by the shell, checked before anything is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

ALGORITHMS = (
    "auto", "swendsen-wang", "wolff", "metropolis", "heat-bath", "clock", "multi-spin-metropolis",
    "multi-spin-heat-bath",
)  # fmt: skip
BLOCK_RULES = ("majority", "average", "decimation", "kadanoff")
CELLS = ("point", "integrated")
COUPLINGS = ("nearest-neighbour", "power-law")
ENGINES = ("numpy", "torch", "torch-cuda")
FIGURES = (
    "series", "autocorrelation", "states", "correlation", "reweighted", "weights", "learning-curve", "spectrum",
    "receptive-fields", "crossings", "collapse", "drift", "residuals", "error-budget", "influence", "calibration",
    "flow", "flow-ends", "flow-field",
)  # fmt: skip
FIGURE_FILES = ("pdf",)
IMAGES = ("periodic", "minimum")
INSTRUMENTS = ("energy", "magnetization", "xi", "correlation", "pseudo_likelihood", "network")
KINDS = ("sampled", "mean", "mixed")
PRESETS = ("quick", "standard", "full", "map-quick", "map")
REGIMES = ("short-range", "long-range", "mean-field", "boundary")
"""The names are those of the library, which is too heavy to be asked for them when help is shown."""


def one_of(option: str, names: Sequence[str], help: str, *short: str, **more: Any) -> Any:
    """An option that takes one of `names`; `help` is a sentence without its full stop, `more` overrides the rest."""

    def check(context: typer.Context, value: str | None) -> str | None:
        from spinlens.checks import choice

        return value if value is None or context.resilient_parsing else choice(option, value, names)

    return _option(option, names, help, check, short, more)


def some_of(option: str, names: Sequence[str], help: str, *short: str, **more: Any) -> Any:
    """An option that takes some of `names`, comma-separated."""

    def check(context: typer.Context, value: str) -> str:
        from spinlens.checks import choice

        for part in () if context.resilient_parsing else words(value):
            choice(option, part, names)
        return value

    return _option(option, names, f"{help}, comma-separated", check, short, {"metavar": "NAMES", **more})


def words(text: str) -> tuple[str, ...]:
    """The parts of a comma-separated option."""
    return tuple(text.replace(",", " ").split())


def _option(
    option: str, names: Sequence[str], help: str, check: Any, short: Sequence[str], more: dict[str, Any]
) -> Any:
    def complete(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    said = {"help": f"{help}: {', '.join(names)}.", "metavar": "NAME", "callback": check, "autocompletion": complete}
    return typer.Option(option, *short, **{**said, **more})
