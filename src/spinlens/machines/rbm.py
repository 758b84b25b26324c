"""The restricted Boltzmann machine of ±1 units, in scikit-learn's manner."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Spins
from spinlens.errors import ArtefactError, InputError, SpinlensError
from spinlens.machines import gibbs, storage
from spinlens.machines.distribution import Distribution
from spinlens.machines.gibbs import Machine
from spinlens.machines.packed import PackedStates
from spinlens.machines.training import checkpoint
from spinlens.machines.training import loop as fitting
from spinlens.machines.training import recipe as training
from spinlens.machines.training.checkpoint import fingerprint_of
from spinlens.machines.training.engine import ENGINES
from spinlens.machines.training.loop import Callback, Saving, Tracking, Training
from spinlens.machines.training.recipe import Recipe, TrainingState
from spinlens.machines.training.watch import Observable
from spinlens.statistics.estimate import Estimate

if TYPE_CHECKING:
    from spinlens.lattice.ising import IsingModel

_RECIPE = tuple(field.name for field in dataclasses.fields(Recipe))
_TRACKING = ("track", "track_at", "annealing", "patience")


class RBM(Distribution):
    """Restricted Boltzmann machine p(v, h) ∝ e^{−E}, E = −Σ b_i v_i − Σ c_a h_a − Σ v_i W_ia h_a, all units ±1.

    Parameters
    ----------
    n_hidden : hidden units.
    learning_rate : rate of the first half of training; it then falls geometrically to `final_rate` times this. The
        default suits PCD on some hundred units; five times as much costs several nats per state in noise.
    batch_size : states per update; also the number of persistent chains unless `chains` says otherwise.
    epochs : passes over the data.
    steps : k of CD-k or PCD-k: block Gibbs steps per update.
    persistent : PCD, chains that go on from update to update: follows the likelihood far better than CD, whose chains
        start at the data each time.
    chains : number of persistent chains.
    replicas : above 1, the persistent chains are tempered: so many inverse temperatures between 1 and 0 exchange
        states, at that many times the cost of the chains. Worth it where τ_int of the machine exceeds the training.
    exact_gradient : sum over the smaller side (≤ 20 units) instead of sampling.
    optimizer : "sgd" with `momentum`, or "adam" (learning rates ≈ 0.001).
    averaging : fraction of the epochs, at the end, over whose updates the parameters are averaged to give the machine:
        takes out the noise that the last updates leave in soft directions such as the magnetization.
    l1, l2 : decay of the weights per unit of learning rate. l1 = 0.005 raised the held-out log-likelihood of 256 × 64
        machines trained on 20,000 critical states by 1 nat per state; l1 = 0 leaves learned couplings unbiased.
    biases : train b and c. Off by default: without a field the data have the ± symmetry, and then so has the machine.
    initial_scale : standard deviation of the first weights.
    torus : sides of a lattice of visible units: weights are shared by all its translations (a convolutional machine);
        n_hidden is then a multiple of the number of sites. Gradients are averaged over translations; all units follow
        the magnetization together, so that learning rates above ≈ 0.02 can diverge.
    track : "exact" or "ais": put the log-likelihood of the validation states (of the training states without any) into
        the history at `track_at`, fractions of the epochs; `late_gain` then tells whether training had converged.
    annealing : runs and temperatures of each tracked AIS.
    patience : stop once the tracked log-likelihood has not exceeded its best for this many tracked epochs; whether it
        stops or not, the machine of the best tracked epoch is kept. Give `validation` states and a dense `track_at`.
    seed : the one seed; the same seed gives the same machine.
    engine : "numpy" (compiled sampling), "torch" or "torch-cuda" (PyTorch on a CPU or GPU, an optional extra).

    Attributes
    ----------
    weights_ : W, (n_visible, n_hidden), float32 after training. `visible_bias_` b, `hidden_bias_` c.
    history_ : one dict per epoch: `epoch`, `learning_rate`, `weight_rms`, and where tracked `log_likelihood` in nats
        per state and `gibbs_tau`, τ_int of |m| in Gibbs steps (of 500), each with an entry of its name and `_error`.

    Examples
    --------
    >>> machine = RBM.from_weights([[0.5], [0.5]])
    >>> p = np.exp(-machine.free_energy([[1, 1], [1, -1]]))
    >>> float(np.round(p[0] / p[1], 12)) == float(np.round(np.cosh(1.0), 12))
    True
    """

    history_: list[dict[str, float]]

    def __init__(
        self,
        n_hidden: int,
        learning_rate: float = 0.02,
        batch_size: int = 100,
        epochs: int = 30,
        steps: int = 1,
        persistent: bool = False,
        biases: bool = False,
        seed: int = 0,
        engine: str = "numpy",
        *,
        chains: int | None = None,
        replicas: int = 1,
        exact_gradient: bool = False,
        optimizer: str = "sgd",
        momentum: float = 0.5,
        final_rate: float = 0.03,
        averaging: float = 0.0,
        l1: float = 0.0,
        l2: float = 0.0,
        initial_scale: float = 0.01,
        torus: tuple[int, ...] | None = None,
        track: str | None = None,
        track_at: tuple[float, ...] = (0.75, 1.0),
        annealing: tuple[int, int] = (100, 500),
        patience: int | None = None,
    ) -> None:
        self.n_hidden, self.learning_rate, self.batch_size, self.epochs = n_hidden, learning_rate, batch_size, epochs
        self.steps, self.persistent, self.biases, self.seed, self.engine = steps, persistent, biases, seed, engine
        self.chains, self.exact_gradient, self.optimizer, self.momentum = chains, exact_gradient, optimizer, momentum
        self.final_rate, self.averaging, self.l1, self.l2 = final_rate, averaging, l1, l2
        self.track, self.track_at, self.annealing, self.patience = track, track_at, annealing, patience
        self.replicas, self.torus, self.initial_scale = replicas, torus, initial_scale
        self._state: TrainingState | None = None
        self._check()

    def _check(self) -> None:
        self._recipe()
        checks.choice("engine", self.engine, ENGINES)
        if self.track is not None:
            checks.choice("track", self.track, ("exact", "ais"))
        if self.patience is not None:
            checks.positive_integer("patience", self.patience)
        fitting.check_tracking(self._tracking())

    def _tracking(self) -> Tracking:
        return Tracking(self.track, self.track_at, self.annealing, self.patience)

    def _recipe(self) -> Recipe:
        return Recipe(**{name: getattr(self, name) for name in _RECIPE})

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's arguments."""
        return {name: getattr(self, name) for name in (*_RECIPE, "engine", *_TRACKING)}

    def set_params(self, **params: Any) -> Self:
        """Change constructor arguments; what is learned stays as it is until the next `fit`."""
        unknown = set(params) - set(self.get_params())
        if unknown:
            raise InputError(f"{type(self).__name__} has no parameter {min(unknown)!r}")
        for name, value in params.items():
            setattr(self, name, value)
        self._check()
        return self

    @classmethod
    def from_weights(
        cls, weights: npt.ArrayLike, visible_bias: npt.ArrayLike | None = None, hidden_bias: npt.ArrayLike | None = None
    ) -> Self:
        """A machine with given W (n_visible, n_hidden) and biases (zero when left out), float32 or float64 as given."""
        array, *biases = gibbs.checked_parameters(weights, visible_bias, hidden_bias)
        machine = cls(array.shape[1], biases=any(bool(np.any(bias)) for bias in biases))
        machine.weights_, (machine.visible_bias_, machine.hidden_bias_) = array, biases
        machine.history_ = []
        return machine

    @classmethod
    def exact(cls, model: IsingModel, temperature: float) -> Self:
        """The machine whose p(v) is the Boltzmann distribution of `model`, see `exact_rbm.exact_weights`."""
        from spinlens.machines.exact_rbm import exact_weights

        return cls.from_weights(exact_weights(model, temperature))

    def fit(
        self,
        X: npt.ArrayLike | PackedStates,
        *,
        validation: npt.ArrayLike | None = None,
        callback: Callback | None = None,
        observables: Mapping[str, Observable] | None = None,
        start: Machine | None = None,
        checkpoint: str | Path | None = None,
        checkpoint_seconds: float = 20.0,
    ) -> Self:
        """Train on X (n_samples, n_visible) of ±1, from fresh weights or from where a killed training was.

        Parameters
        ----------
        X : states, or `packed.PackedStates`, which are unpacked a batch at a time.
        validation : held-out states, for `track`, `patience` and `observables`.
        callback : gets each epoch's entry of the history.
        observables : name → function of states, see `watch.compare_physics`; measured at `track_at` on the machine's
            own states and on the held-out ones: entries name, name_error, name_data and name_deviation (in errors).
        start : a trained machine whose parameters are taken instead of random ones; persistent chains then begin at
            states of X. CD first and PCD at low rates from there is the recipe that `validation/machines` found best.
        checkpoint : file for the training state, written after an epoch when the last write is `checkpoint_seconds`
            old. If it exists, training goes on from there and ends with the same bits; it stays when training ends.
        """
        data, held_out = self._data(X, validation)
        recipe, about = self._recipe(), {}
        saving = None if checkpoint is None else Saving(Path(checkpoint), checkpoint_seconds)
        if saving is not None:
            about = {**self.get_params(), "X": _fingerprint(data), "validation": _fingerprint(held_out)}
            about["start"] = None if start is None else fingerprint_of(start)
        if saving is not None and saving.path.exists():
            self._state = _read_state(saving.path, recipe, data, about)
            self._publish(self._state)
        elif start is not None:
            self._state = training.start_from(recipe, start, data)
        else:
            self._state = training.start(recipe, data.shape[1], len(data))
        run = Training(
            recipe, self._tracking(), self.engine, data, held_out, self._state, observables or {}, saving, about
        )
        self._run(run, self.epochs - self._state.epoch, callback)
        return self

    def partial_fit(
        self,
        X: npt.ArrayLike | PackedStates,
        epochs: int = 1,
        *,
        validation: npt.ArrayLike | None = None,
        callback: Callback | None = None,
    ) -> Self:
        """Go on training for `epochs` epochs; k calls in a row equal one `fit`, to the bit."""
        data, held_out = self._data(X, validation)
        checks.positive_integer("epochs", epochs)
        recipe = self._recipe()
        if self._state is None:
            self._state = training.start(recipe, data.shape[1], len(data))
        training.check_data(data, len(self._state.weights))
        self._run(Training(recipe, self._tracking(), self.engine, data, held_out, self._state), epochs, callback)
        return self

    def _data(
        self, X: npt.ArrayLike | PackedStates, validation: npt.ArrayLike | None
    ) -> tuple[training.States, Spins | None]:
        data = training.check_data(X)
        return data, None if validation is None else training.check_states(validation, data.shape[1])

    def _run(self, run: Training, epochs: int, callback: Callback | None) -> None:
        run.run(epochs, lambda: self._publish(run.state), callback)

    def _publish(self, state: TrainingState) -> None:
        """The machine as it is now; once training has ended early, or has come to its end, its best form."""
        ended = state.stopped or state.epoch >= self.epochs
        parameters = state.best if ended and state.best is not None else state.result
        self.weights_, self.visible_bias_, self.hidden_bias_ = (part.copy() for part in parameters)
        self.history_ = state.history

    def late_gain(self) -> Estimate:
        """Log-likelihood gained between the last two tracked epochs, in nats per state: ≈ 0 when converged."""
        tracked = [entry for entry in self._learned().history_ if "log_likelihood" in entry]
        if len(tracked) < 2:
            raise InputError("late_gain needs two tracked epochs: train with track='ais' or track='exact'")
        before, after = (Estimate(entry["log_likelihood"], entry["log_likelihood_error"]) for entry in tracked[-2:])
        return Estimate(after.value - before.value, float(np.hypot(after.error, before.error)))

    def to_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The parameter arrays by name: weights, visible_bias, hidden_bias."""
        self._learned()
        return {"weights": self.weights_, "visible_bias": self.visible_bias_, "hidden_bias": self.hidden_bias_}

    def config(self) -> dict[str, Any]:
        """Constructor arguments and history, JSON-able."""
        return {"parameters": self.get_params(), "history": self._learned().history_}

    @classmethod
    def from_parts(
        cls, config: dict[str, Any], arrays: storage.Arrays, source: object = "machine", prefix: str = ""
    ) -> Self:
        """The inverse of `config` and `to_arrays`; what does not fit together is an `ArtefactError`."""
        found = storage.parameters(source, arrays, prefix)
        try:
            settings = dict(config["parameters"])
            settings["track_at"] = tuple(settings["track_at"])
            settings["annealing"] = tuple(settings["annealing"])
            if settings.get("torus") is not None:
                settings["torus"] = tuple(settings["torus"])
            machine = cls(**settings)
            history = [{str(key): float(value) for key, value in entry.items()} for entry in config["history"]]
        except (KeyError, TypeError, ValueError, AttributeError, SpinlensError) as error:
            raise ArtefactError(f"the settings of {source} do not describe a machine ({error})") from error
        if machine.n_hidden != found["weights"].shape[1]:
            raise ArtefactError(f"{source}: n_hidden is {machine.n_hidden}, the weights {found['weights'].shape}")
        machine.weights_, machine.history_ = found["weights"], history
        machine.visible_bias_, machine.hidden_bias_ = found["visible_bias"], found["hidden_bias"]
        return machine

    def save(self, path: str | Path) -> None:
        """Write to one file (a path ending in .safetensors) or to a folder with weights.safetensors and config.json."""
        storage.write(path, "rbm", self.config(), self.to_arrays())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote; a damaged or foreign file is an `ArtefactError`. Training state is not kept."""
        return cls.from_parts(*storage.read(path, "rbm"), source=path)


def _fingerprint(data: training.States | None) -> str | None:
    return None if data is None else checkpoint.fingerprint(data)


def _read_state(path: Path, recipe: Recipe, data: training.States, about: Mapping[str, Any]) -> TrainingState:
    return checkpoint.read(path, recipe, data.shape[1], len(data), about)
