"""How a machine shows itself: its options that are not the defaults, its units, how its training ended."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np

from spinlens.showing import Card, call
from spinlens.statistics.estimate import Estimate

if TYPE_CHECKING:
    from spinlens.machines.machine import Machine

_HEADINGS = ("layer", "visible", "hidden", "r.m.s. weight", "epochs", "log-likelihood", "Gibbs τ")


def card(machine: Machine) -> Card:
    """Of a machine, trained or not; of a trained one a row a layer."""
    options = changed_options(machine)
    if not machine.__sklearn_is_fitted__():
        return Card(call(type(machine), **options), {"state": "not trained: call fit or load"})
    trained = call(type(machine), **options)[:-1] + f"; {machine.bottom.n_visible} visible units)"
    return Card(trained, {}, [_HEADINGS, *(_row(number, layer) for number, layer in enumerate(machine.layers_))])


def changed_options(machine: Any) -> dict[str, object]:
    """The options that differ from their defaults, and the number of hidden units always."""
    defaults = {name: item.default for name, item in inspect.signature(type(machine)).parameters.items()}
    given: dict[str, object] = machine.get_params()
    return {
        name: value
        for name, value in given.items()
        if name == "n_hidden" or name not in defaults or value != defaults[name]
    }


def _row(number: int, layer: Any) -> tuple[object, ...]:
    history = layer.history_
    n_visible, n_hidden = layer.weights_.shape
    weight = float(np.sqrt(np.mean(np.square(layer.weights_, dtype=np.float64))))
    epochs = len(history) or "given"
    return number, n_visible, n_hidden, f"{weight:.3g}", epochs, _last(history, "log_likelihood"), _tau(history)


def _last(history: list[dict[str, float]], name: str) -> Estimate | str:
    """The last tracked value of a history."""
    tracked = [entry for entry in history if name in entry]
    return Estimate(tracked[-1][name], tracked[-1].get(f"{name}_error", 0.0)) if tracked else "not tracked"


def _tau(history: list[dict[str, float]]) -> str:
    bound = any("gibbs_tau" in entry for entry in history) and not _settled(history)
    return f"{'≥ ' if bound else ''}{_last(history, 'gibbs_tau')}"


def _settled(history: list[dict[str, float]]) -> bool:
    return bool([entry for entry in history if "gibbs_tau" in entry][-1].get("gibbs_tau_settled", 1.0))
