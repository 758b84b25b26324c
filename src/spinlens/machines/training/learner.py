"""A recipe that is carried out: epoch after epoch, judged, saved and told."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Spins
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.files.held import Held
from spinlens.machines.files.packed import States, checked_states, unpacked_states
from spinlens.machines.reading.physics_check import Observable
from spinlens.machines.training.checkpoint import TrainingFile, training_file
from spinlens.machines.training.engine import Engine, engine_of
from spinlens.machines.training.epoch import run_epoch
from spinlens.machines.training.recipe import Recipe, judged_epochs
from spinlens.machines.training.state import TrainingState, going_on, require_affordable, start_from, structure
from spinlens.machines.training.watch import judge, judges
from spinlens.machines.units.parameters import Layer, Weights
from spinlens.progress import Progress, Step, Tell, silent, telling
from spinlens.statistics.estimate import Estimate


def lattice_options(filters: int) -> dict[str, Any]:
    """Options of `RBM.for_lattice` beside the torus.

    With two filters or more the magnetization swings at T_c if it makes whole steps (λ₂ = 3,000): three of eight
    machines of 16 × 16 nearest neighbours ended ten times farther from the lattice.
    """
    return {
        "optimizer": "natural", "persistent": "growing", "learning_rate": 0.1, "final_rate": 0.1, "averaging": 0.15,
        "batch_size": 300, "epochs": 20, "initial_scale": 0.05, "damping": (25.0, 3e3 if filters == 1 else 3e4),
    }  # fmt: skip


class Learner(Recipe):
    """The options of a training and the parameters that it has given."""

    weights_: Weights
    visible_bias_: Weights
    hidden_bias_: Weights
    history_: list[dict[str, float]]
    _state: TrainingState | None = None
    _trained_with: Mapping[str, Any] | None = None

    @classmethod
    def for_lattice(cls, shape: Sequence[int], filters: int = 1, **options: Any) -> Self:
        """A machine that learns periodic lattices at their critical point: filters moved over the torus.

        Natural gradient in the space of the filters, with chains that live longer and longer. 20,000 states of 16 × 16
        at T_c bring it within 2·10⁻⁴ nats a site (`benchmarks/RESULTS.md`), CD-1 stays at 10⁻² (`validation/study`).

        Parameters
        ----------
        shape : sequence of int
            Sides of the lattice of the states that it will be given.
        filters : int, default 1
            Hidden units for each site.
        **options
            Those of `RBM`, in place of the ones chosen here; longer trainings (`epochs`) on more states come nearer.

        Returns
        -------
        RBM
            Not yet trained; `fit` takes states (n_samples, N).

        Raises
        ------
        InputError
            Sides or filters below 1, or an option outside its range.

        Examples
        --------
        >>> from spinlens.machines.rbm import RBM
        >>> machine = RBM.for_lattice((16, 16), filters=2, epochs=40)
        >>> machine.n_hidden, machine.torus, machine.optimizer, machine.epochs
        (512, (16, 16), 'natural', 40)
        """
        sides = tuple(checks.positive_integer("side", side) for side in shape)
        units = checks.positive_integer("filters", filters) * math.prod(sides)
        return cls(units, torus=sides, **{**lattice_options(filters), **options})

    @checked
    def fit(
        self,
        X: Held,
        y: object = None,
        *,
        validation: npt.ArrayLike | None = None,
        progress: Progress = None,
        observables: Mapping[str, Observable] | None = None,
        start: Layer | None = None,
        checkpoint: str | Path | None = None,
        checkpoint_seconds: float = 20.0,
    ) -> Self:
        """Train from fresh weights, from a trained machine, or from where a killed training was.

        Parameters
        ----------
        X : array_like, PackedStates, Dataset or path
            States (n_samples, n_visible) of ±1; those of a Dataset of `sample` are flattened, packed ones unpacked a
            batch at a time. A last batch that is not full is left out, another one in each epoch.
        y : object, optional
            Ignored, as scikit-learn gives one: nothing is to be predicted.
        validation : array_like, optional
            Held-out states (n, n_visible) of ±1, for `track`, `patience` and `observables`.
        progress : bool or callable, optional
            True shows how far it is, False does not; by default a bar in notebooks and at the prompt. A callable is
            told a `Step` after each epoch, whose `numbers` are the entry of the history; see `spinlens.progress`.
        observables : mapping of str to callable, optional
            Functions of states, see `compare_physics`; measured at `track_at` on the machine's own states and on the
            held-out ones: entries name, name_error, name_data and name_deviation (in errors).
        start : RBM, optional
            A trained machine whose parameters are taken instead of random ones; persistent chains then begin at states
            of X. CD first and PCD at low rates from there is the recipe that `validation/machines` found best.
        checkpoint : path, optional
            File for the training state. If it exists, training goes on from there and ends with the same bits; it stays
            when training ends.
        checkpoint_seconds : float
            Least time between two writes, which come after epochs; the last epoch is always written.

        Returns
        -------
        RBM
            The machine itself, with `weights_`, `visible_bias_`, `hidden_bias_` and `history_`.

        Raises
        ------
        InputError
            States that are not ±1 or not flat, a `start` of another shape, a checkpoint of other options or data.
        ArtefactError
            A damaged checkpoint: delete it to train anew.
        ConvergenceError
            Weights beyond 100: use a smaller `learning_rate`. The machine of the last whole epoch stays.

        Examples
        --------
        Two units that always agree: all the likelihood there is to have is −ln 2 a state.

        >>> from spinlens.machines.rbm import RBM
        >>> X = [[1, 1], [-1, -1]] * 50
        >>> machine = RBM(1, epochs=400, exact_gradient=True, learning_rate=1.0, seed=1).fit(X)
        >>> round(machine.log_likelihood(X, "exact").value, 2)
        -0.69
        """
        data = checked_states(X)
        held_out = None if validation is None else unpacked_states(validation, data.shape[1], "validation")
        recipe, file = Recipe(**self.get_params()), None
        if checkpoint is not None:
            file = training_file(checkpoint, checkpoint_seconds, self.plain_options(), data, held_out, start)
        if file is not None and file.path.exists():
            self._state = file.read(recipe, data.shape[1], len(data))
            self._publish()
        else:
            self._state = start_from(recipe, start, data)
        self._trained_with = structure(recipe)
        run = TrainingRun(recipe, engine_of(recipe.engine), self._state, data, held_out, observables or {}, file)
        with telling(progress) as tell:
            train(run, recipe.epochs - self._state.epoch, self._publish, tell)
        return self

    @checked
    def partial_fit(
        self,
        X: Held,
        epochs: int = 1,
        *,
        validation: npt.ArrayLike | None = None,
        progress: Progress = None,
    ) -> Self:
        """Go on training for some epochs; calls in a row equal one `fit`, to the bit.

        A machine of `load` or `from_weights` goes on from its weights, and so does one whose options were changed since
        it was trained: the memory of the optimizer and the persistent chains begin anew, at states of `X`.

        Parameters
        ----------
        X : array_like or PackedStates
            States (n_samples, n_visible) of ±1.
        epochs : int
            Passes over them now; `epochs` of the constructor is the length on which the learning rate falls.
        validation : array_like, optional
            Held-out states, as in `fit`.
        progress : bool or callable, optional
            As in `fit`.

        Returns
        -------
        RBM
            The machine itself.

        Examples
        --------
        >>> from spinlens.machines.rbm import RBM
        >>> machine = RBM(1, epochs=10).partial_fit([[1, 1], [-1, -1]], 3).partial_fit([[1, 1], [-1, -1]])
        >>> [entry["epoch"] for entry in machine.history_]
        [1, 2, 3, 4]
        """
        data = checked_states(X, None if self._state is None else self._state.n_visible)
        held_out = None if validation is None else unpacked_states(validation, data.shape[1], "validation")
        recipe = Recipe(**self.get_params())
        require_affordable(recipe, data.shape[1], len(data), checks.positive_integer("epochs", epochs))
        asked, known = structure(recipe), vars(self).get("weights_")
        if self._state is None or self._trained_with != asked:
            self._state = going_on(recipe, None if known is None else self, vars(self).get("history_", []), data)
        self._trained_with = asked
        run = TrainingRun(recipe, engine_of(recipe.engine), self._state, data, held_out)
        with telling(progress) as tell:
            train(run, epochs, self._publish, tell)
        return self

    def late_gain(self) -> Estimate:
        """Log-likelihood gained between the last two tracked epochs: ≈ 0 when training had converged.

        Returns
        -------
        Estimate
            In nats a state; the error is that of the two values of ln Z, on the same states.

        Raises
        ------
        InputError
            Fewer than two tracked epochs: train with `track`.

        Examples
        --------
        >>> from spinlens.machines.rbm import RBM
        >>> machine = RBM(1, epochs=4, track="exact").fit([[1, 1], [-1, -1]] * 50)
        >>> machine.late_gain().error
        0.0
        """
        history = getattr(self, "history_", [])
        tracked = [entry for entry in history if "log_likelihood" in entry]
        if len(tracked) < 2:
            raise InputError("late_gain needs two tracked epochs: train with track='ais' or track='exact'")
        before, after = (Estimate(entry["log_likelihood"], entry["log_likelihood_error"]) for entry in tracked[-2:])
        return Estimate(after.value - before.value, float(np.hypot(after.error, before.error)))

    def _publish(self) -> None:
        """The machine as it is now; once training has ended early, or has come to its end, its best form."""
        state = self._state
        assert state is not None
        ended = state.stopped or state.epoch >= self.epochs
        parameters = state.best if ended and state.best is not None else state.result
        self.weights_, self.visible_bias_, self.hidden_bias_ = parameters.copy()
        self.history_ = state.history


@dataclass(frozen=True)
class TrainingRun:
    """A recipe, what it is carried out with and on, and the state that it changes.

    `held_out` states and `observables` judge the machine, `file` keeps the state.
    """

    recipe: Recipe
    engine: Engine
    state: TrainingState
    data: States
    held_out: Spins | None = None
    observables: Mapping[str, Observable] = field(default_factory=dict)
    file: TrainingFile | None = None


def train(run: TrainingRun, epochs: int, publish: Callable[[], None], tell: Tell = silent) -> None:
    """Up to `epochs` epochs; `publish` is called after each, before it is told."""
    recipe, state, judged_at = run.recipe, run.state, judged_epochs(run.recipe)
    begun = saved = time.monotonic()
    end = state.epoch + epochs
    for number in range(epochs):
        if state.stopped:
            break
        run_epoch(recipe, state, run.data, run.engine)
        if state.epoch in judged_at:
            judge(recipe, state, judges(run.data, run.held_out), run.observables)
        last = number == epochs - 1 or state.stopped
        if run.file is not None and (last or time.monotonic() - saved >= run.file.seconds):
            run.file.write(state)
            saved = time.monotonic()
        publish()
        left = (time.monotonic() - begun) / (number + 1) * (end - state.epoch)
        tell(_told(state.history[-1], end, left))


def _told(entry: Mapping[str, float], end: int, left: float) -> Step:
    """One epoch of a training that ends with epoch `end`."""
    epoch = int(entry["epoch"])
    text = f"epoch {epoch} of {end}"
    if "log_likelihood" in entry:
        text += f", ln p {Estimate(entry['log_likelihood'], entry['log_likelihood_error'])}"
    return Step(text, epoch / end, left if epoch < end else None, numbers=entry)
