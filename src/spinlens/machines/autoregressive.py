"""An autoregressive network of ±1 units: every unit given those before it, likelihood exact, draws independent."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy.typing as npt

from spinlens.arrays import AnyArray
from spinlens.border import checked_methods
from spinlens.errors import ArtefactError, SpinlensError
from spinlens.files.held import Held
from spinlens.machines.conditionals.distribution import ConditionalDistribution
from spinlens.machines.conditionals.network import Conditionals, assembled, size
from spinlens.machines.conditionals.recipe import ConditionalRecipe
from spinlens.machines.conditionals.training import LearningState, Lesson, learn, learning_file, start
from spinlens.machines.estimator import tags
from spinlens.machines.files import storage
from spinlens.machines.files.packed import checked_states, unpacked_states
from spinlens.machines.portrait import changed_options
from spinlens.progress import Progress, telling
from spinlens.showing import Card, Shown, call


@checked_methods
class AutoregressiveNetwork(ConditionalRecipe, ConditionalDistribution, Shown):
    """A learner beside the `RBM` that needs no chain: q(s) = Π_i q(s_i | s_1 … s_{i−1}), with exact likelihood.

    q(s_i = 1 | …) = 1 / (1 + e^{−2 f_i}), where f_i = b_i + Σ_{j<i} D_ij s_j + Σ_a V_ia max(0, c_a + Σ_{j<i} W_ja s_j):
    a logistic regression of each unit on those before it [Frey1996]_, and one layer of hidden units that all of them
    share [Larochelle2011]_. The order is that of the columns; on a lattice row by row. No two units on the torus are
    equivalent to it, and it has no hidden layer through which states could flow.

    Parameters
    ----------
    n_hidden : int
        Hidden units, 0 or more. Without any it is a logistic regression for each unit, the simplest control.
    symmetric : bool
        p(s) = (q(s) + q(−s)) / 2, which has the ± symmetry of a lattice without a field, at twice the cost; else p = q.
    learning_rate : float
        Above 0; of Adam [Kingma2015]_, in the first half of training; then it falls geometrically to `final_rate`
        times this.
    batch_size : int
        States per update.
    epochs : int
        Passes over the data.
    seed : int
        The one seed; the same seed gives the same network.
    final_rate : float
        Learning rate of the last update over that of the first half.
    averaging : float
        Fraction of the updates, at the end, over which the parameters are averaged to give the network [Polyak1992]_.
    l2 : float
        Decay of the parameters per update and unit of learning rate.
    augment : tuple of int, optional
        Sides of the lattice: every state of a batch is moved by a random translation, reflections and exchange of equal
        axes, where the coupling has these symmetries. The order of units breaks them, and states teach them.

    Attributes
    ----------
    conditionals_ : Conditionals
        `direct` D (N, N) below its diagonal, `bias` b (N,), `inward` W (N, n_hidden), `hidden_bias` c (n_hidden,) and
        `outward` V (N, n_hidden), float32.
    history_ : list of dict
        By epoch: `epoch`, `learning_rate`, `log_likelihood` (nats a state, of the batches as they came) and
        `validation`, that of held-out states.

    Notes
    -----
    O(N · (n_hidden + N)) a state for ln p, for its gradient and for a draw.

    References
    ----------
    .. [Frey1996] Frey, Hinton and Dayan, Adv. Neural Inf. Process. Syst. 8, 661 (1996).
    .. [Kingma2015] Kingma and Ba, Int. Conf. Learn. Represent. (2015), algorithm 1.
    .. [Larochelle2011] Larochelle and Murray, Proc. 14th Int. Conf. Artif. Intell. Stat., 29 (2011).
    .. [Polyak1992] Polyak and Juditsky, SIAM J. Control Optim. 30, 838 (1992).

    Examples
    --------
    Two units that always agree: all the likelihood there is to have is −ln 2 a state.

    >>> X = [[1, 1], [-1, -1]] * 50
    >>> learned = AutoregressiveNetwork(0, epochs=200, learning_rate=0.1).fit(X)
    >>> round(learned.score(X), 2)
    -0.69
    """

    kind: ClassVar[str] = "autoregressive"
    """Its name in files."""

    _state: LearningState

    def fit(
        self,
        X: Held,
        y: object = None,
        *,
        validation: npt.ArrayLike | None = None,
        progress: Progress = None,
        checkpoint: str | Path | None = None,
        checkpoint_seconds: float = 20.0,
    ) -> Self:
        """Learn from states, or go on where a killed training was.

        Parameters
        ----------
        X : array_like, PackedStates, Dataset or path
            States (n_samples, N) of ±1, as `RBM.fit` takes them. A last batch that is not full is left out, another one
            in each epoch.
        y : object, optional
            Ignored: nothing is to be predicted.
        validation : array_like, optional
            Held-out states (n, N) of ±1; the network is then that of the epoch after which they were most probable.
        progress : bool or callable, optional
            True shows how far it is, False does not; by default a bar in notebooks and at the prompt. A callable is
            told a `Step` after each epoch, whose `numbers` are the entry of the history; see `spinlens.progress`.
        checkpoint : path, optional
            File for the training state. If it exists, training goes on from there and ends with the same bits; it stays
            when training ends.
        checkpoint_seconds : float
            Least time between two writes, which come after epochs; the last epoch is always written.

        Returns
        -------
        AutoregressiveNetwork
            The network itself, with `conditionals_` and `history_`. One that is interrupted is that of the last epoch.

        Raises
        ------
        InputError
            States that are not ±1 or not flat, or a checkpoint of other options or data.
        ArtefactError
            A damaged checkpoint: delete it to train anew.
        ConvergenceError
            Parameters that are not finite: use a smaller `learning_rate`.

        Examples
        --------
        >>> learned = AutoregressiveNetwork(2, epochs=3).fit([[1, 1, -1], [-1, 1, 1]] * 50)
        >>> [entry["epoch"] for entry in learned.history_]
        [1, 2, 3]
        """
        data = checked_states(X)
        held_out = None if validation is None else unpacked_states(validation, data.shape[1], "validation")
        recipe, file = ConditionalRecipe(**self.get_params()), None
        if checkpoint is not None:
            file = learning_file(checkpoint, checkpoint_seconds, self.plain_options(), data, held_out)
        goes_on = file is not None and file.path.exists()
        shape = data.shape[1], len(data)
        self._state = file.read(recipe, *shape) if file is not None and goes_on else start(recipe, *shape)
        if goes_on:
            self._publish(data.shape[1])
        with telling(progress) as tell:
            learn(Lesson(recipe, self._state, data, held_out, file), lambda: self._publish(data.shape[1]), tell)
        return self

    def config(self) -> dict[str, Any]:
        """What is kept of a network beside its arrays.

        Returns
        -------
        dict
            `parameters`, the constructor's arguments, and `history`; JSON-able.

        Examples
        --------
        >>> AutoregressiveNetwork(2, epochs=1).fit([[1, 1]]).config()["parameters"]["n_hidden"]
        2
        """
        return {"parameters": self.plain_options(), "history": self.history_}

    def to_arrays(self) -> dict[str, AnyArray]:
        """The parameter arrays by name, as they go into files.

        Returns
        -------
        dict of ndarray
            Those of `conditionals_`; an array of no hidden units is left out.

        Examples
        --------
        >>> list(AutoregressiveNetwork(0, epochs=1).fit([[1, 1]]).to_arrays())
        ['direct', 'bias']
        """
        return {name: part for name, part in self.conditionals_._asdict().items() if part.size}

    def save(self, path: str | Path) -> None:
        """Write the network, complete or not at all; the same network gives the same bytes.

        Parameters
        ----------
        path : path
            One safetensors file where it ends in .safetensors; otherwise a folder with weights.safetensors and
            config.json.

        Examples
        --------
        >>> import tempfile
        >>> learned = AutoregressiveNetwork(2, epochs=1).fit([[1, 1]])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     learned.save(f"{folder}/network")
        ...     AutoregressiveNetwork.load(f"{folder}/network").score([[1, 1]]) == learned.score([[1, 1]])
        True
        """
        storage.write(path, self.kind, self.config(), self.to_arrays())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote. The training state is not kept: training goes on with `checkpoint`.

        Parameters
        ----------
        path : path
            The file or the folder.

        Returns
        -------
        AutoregressiveNetwork
            The network.

        Raises
        ------
        ArtefactError
            Nothing there, a damaged or foreign file, or a machine of another class.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     AutoregressiveNetwork(2, epochs=1).fit([[1, 1]]).save(f"{folder}/network.safetensors")
        ...     AutoregressiveNetwork.load(f"{folder}/network.safetensors")
        AutoregressiveNetwork(n_hidden=2, epochs=1; 2 visible units)
        """
        kind, config, arrays = storage.read(path)
        if kind != cls.kind:
            raise ArtefactError(f"{path} holds a machine of kind {kind!r}, expected {cls.kind!r}: use spinlens.open")
        return cls.from_parts(config, arrays, path)

    @classmethod
    def from_parts(cls, config: Mapping[str, Any], arrays: Mapping[str, AnyArray], source: object = "network") -> Self:
        """The inverse of `config` and `to_arrays`.

        Parameters
        ----------
        config : mapping
            As `config` gives it, or as it comes back from JSON.
        arrays : mapping of ndarray
            As `to_arrays` gives them.
        source : object
            What messages call the place where they came from.

        Returns
        -------
        AutoregressiveNetwork
            Without the training state.

        Raises
        ------
        ArtefactError
            Settings or arrays that do not make a network.

        Examples
        --------
        >>> learned = AutoregressiveNetwork(2, epochs=1).fit([[1, 1]])
        >>> AutoregressiveNetwork.from_parts(learned.config(), learned.to_arrays()).n_visible
        2
        """
        try:
            found = cls(**storage.tuples(config["parameters"]))
            found.conditionals_ = assembled(arrays, found.n_hidden, source)
            found.history_ = [dict(entry) for entry in config["history"]]
        except ArtefactError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError, SpinlensError) as error:
            raise ArtefactError(f"the settings of {source} do not describe a {cls.kind} network ({error})") from error
        return found

    def _publish(self, n_visible: int) -> None:
        """The network as it is now."""
        state = self._state
        flat = state.result if state.best is None else state.best
        self.conditionals_ = Conditionals.within(flat, n_visible, self.n_hidden).copy()
        self.history_ = state.history

    def _card(self) -> Card:
        options = changed_options(self)
        if "conditionals_" not in vars(self):
            return Card(call(type(self), **options), {"state": "not trained: call fit or load"})
        line = call(type(self), **options)[:-1] + f"; {self.n_visible} visible units)"
        last = self.history_[-1] if self.history_ else {}
        facts: dict[str, object] = {"parameters": size(self.n_visible, self.n_hidden), "epochs": len(self.history_)}
        facts |= {name: f"{last[name]:.3f} nats a state" for name in ("log_likelihood", "validation") if name in last}
        return Card(line, facts)

    def __sklearn_tags__(self) -> Any:
        return tags("density_estimator")
