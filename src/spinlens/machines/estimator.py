"""What scikit-learn asks of a transformer; it is imported where it asks, and never before."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Self

from spinlens.arrays import Single
from spinlens.errors import InputError

if TYPE_CHECKING:
    from sklearn.utils import Tags


class Estimator:
    """A machine in a `Pipeline` or a grid search; `fit`, `transform` and `get_params` are the machine's own."""

    def fit_transform(self, X: Any, y: object = None) -> Single:
        """Train on states and give their mean hidden units.

        Parameters
        ----------
        X : array_like
            States (n_samples, n_visible) of ±1.
        y : object, optional
            Ignored: nothing is to be predicted.

        Returns
        -------
        ndarray of float32
            (n_samples, n_hidden), as `transform` gives them.
        """
        machine: Any = self
        found: Single = machine.fit(X, y).transform(X)
        return found

    @property
    def n_features_in_(self) -> int:
        """Number of visible units of the trained machine."""
        machine: Any = self
        return int(machine.bottom.n_visible)

    def __sklearn_tags__(self) -> Tags:
        return tags()

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "n_features_in_")


def tags(kind: str | None = None) -> Tags:
    """What scikit-learn is told of a learner; one without a `kind` of its own is a transformer."""
    from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

    return Tags(
        estimator_type=kind,
        target_tags=TargetTags(required=False),
        transformer_tags=None if kind else TransformerTags(),
        input_tags=InputTags(),
    )


def not_fitted(message: str) -> InputError:
    """The error of what has not been trained: an `InputError`, and a ``NotFittedError`` to scikit-learn."""
    return _kind()(message)


@cache
def _kind() -> type[InputError]:
    from sklearn.exceptions import NotFittedError

    return type("NotFittedError", (InputError, NotFittedError), {"__module__": "spinlens.errors"})


_LEARNED = ("weights_", "visible_bias_", "hidden_bias_", "history_")


class Learned:
    """What has parameters once it is trained, and says what to do before."""

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there: of what is learned it says what to do, whoever asks."""
        if name in _LEARNED or (hasattr(type(self), name) and "weights_" not in vars(self)):  # a property of what is
            raise not_fitted("this RBM has no weights yet: call fit, load or from_weights first")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def _learned(self) -> Self:
        """The machine itself, where it is trained."""
        self.weights_  # noqa: B018
        return self
