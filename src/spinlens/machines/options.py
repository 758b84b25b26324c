"""Options of whatever learns, one list each: a dataclass that says them, and reads and changes them by name."""

from __future__ import annotations

import dataclasses
from typing import Any, Self

import numpy as np

from spinlens.errors import InputError


class Options:
    """What scikit-learn asks of options; the fields are those of the dataclass among the classes of an object."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The options by name, as the constructor takes them.

        Parameters
        ----------
        deep : bool
            For scikit-learn; nothing is nested here.

        Returns
        -------
        dict
            Name and value of every option.
        """
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self._listed())}

    def plain_options(self) -> dict[str, Any]:
        """The options as files keep them: numbers of Python, whatever was given."""
        return {name: _plain(value) for name, value in Options.get_params(self).items()}

    def set_params(self, **params: Any) -> Self:
        """Change options; what is learned stays as it is until the next `fit`.

        Parameters
        ----------
        **params
            Options by name.

        Returns
        -------
        RBM or AutoregressiveNetwork
            The machine itself.

        Raises
        ------
        InputError
            An unknown option, or a value that is refused: then nothing is changed.
        """
        known = self.get_params()
        unknown = set(params) - set(known)
        if unknown:
            raise InputError(f"{type(self).__name__} has no parameter {min(unknown)!r}")
        self._listed()(**{**known, **params})  # refuses what does not go together before anything is changed
        vars(self).update(params)
        return self

    @classmethod
    def _listed(cls) -> Any:
        """The dataclass in which the options are listed."""
        return next(kind for kind in cls.__mro__ if "__dataclass_fields__" in vars(kind))


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    return value.item() if isinstance(value, np.generic) else value
