"""The border of public functions: every argument is of the kind that its signature says, or one sentence names it.

    @checked
    def flow(machine: Layer, states: Held, steps: int, kind: Kind = "sampled") -> …

The annotation is the one place where the kind of an argument is written; one that is not known here is an error of
the function at its first call. What a number may be, and which arguments go together, functions say themselves, by
the gates of `checks`. What a call takes before it begins stands in `long_calls`.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from functools import cache, update_wrapper
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, cast

from spinlens import checks
from spinlens.annotations import kind_of
from spinlens.errors import InputError, SpinlensError
from spinlens.long_calls import estimate

P = ParamSpec("P")
R = TypeVar("R")
Made = TypeVar("Made")
Gate = Callable[[str, Any], None]

_MISFITS = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError)
_MOST = 10**12  # of anything that is counted


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """The function with its arguments checked by their annotations, at a cost of some microseconds a call."""
    signature, check, afford = inspect.signature(function), _check, estimate(function)

    def public(*arguments: P.args, **named: P.kwargs) -> R:
        given = signature.bind(*arguments, **named)
        check(function, given.arguments)
        if afford is not None:
            afford(given)
        return function(*arguments, **named)

    # of the module of the function, where those who look for doctests, and pickle, look
    found = FunctionType(public.__code__, function.__globals__, function.__name__, None, public.__closure__)
    return cast(Callable[P, R], update_wrapper(found, function))


def checked_methods(kind: type[Made]) -> type[Made]:
    """The class with all of its public methods checked."""
    for name, item in [(name, item) for name, item in vars(kind).items() if not name.startswith("_")]:
        if isinstance(item, FunctionType):
            setattr(kind, name, checked(item))
        elif isinstance(item, classmethod):
            setattr(kind, name, classmethod(checked(item.__func__)))
    return kind


def drawing(function: Callable[P, R]) -> Callable[P, R]:
    """As `checked`, of a function that draws whatever has the names that it reads: what lacks them is said."""
    signature, draw = inspect.signature(function), checked(function)

    def public(*arguments: P.args, **named: P.kwargs) -> R:
        given = signature.bind(*arguments, **named).arguments
        try:
            return draw(*arguments, **named)
        except SpinlensError:
            raise
        except _MISFITS as error:
            first = checks.shown(next(iter(given.values())))
            raise InputError(
                f"{function.__name__} cannot draw {first} as asked ({type(error).__name__}: {error}); "
                f"help({function.__module__}.{function.__name__}) says what it takes"
            ) from error

    return cast(Callable[P, R], update_wrapper(public, function))


def _check(function: Callable[..., Any], given: Mapping[str, Any]) -> None:
    gates = _gates(function)
    for name, value in given.items():
        if name in gates:
            gates[name](name, value)


@cache
def _gates(function: Callable[..., Any]) -> dict[str, Gate]:
    """The gates of all arguments but those that may be anything; `TypeError` where an annotation is not known."""
    single = inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    parameters = [item for item in inspect.signature(function).parameters.values() if item.kind in single]
    bare = {item.name for item in parameters if item.annotation is inspect.Parameter.empty} - {"self", "cls"}
    if bare:
        raise TypeError(f"{function.__qualname__}: {', '.join(sorted(bare))} without annotation")
    noted = [item for item in parameters if item.name not in ("self", "cls")]
    found = {item.name: _gate(str(item.annotation), function.__globals__) for item in noted}
    return {name: gate for name, gate in found.items() if gate is not None}


def _gate(annotation: str, names: Mapping[str, Any]) -> Gate | None:
    """The gate of an annotation; None where it may be anything."""
    found = kind_of(annotation, names)
    if found is None:
        return None
    fits, wanted = found
    machine = "Layer" in annotation

    def gate(name: str, value: Any) -> None:
        if not fits(value):
            raise InputError(f"{name} must be {_instead(wanted, value)}")
        if machine and hasattr(value, "weights_"):
            checks.machine(name, value)
        if name != "seed" and isinstance(value, int) and abs(value) > _MOST:
            raise InputError(f"{name} must be at most 10^12, got {checks.shown(value)}: it would never end")

    return gate


def _instead(wanted: str, value: Any) -> str:
    """What was wanted and what came instead, in words."""
    if isinstance(value, type):
        return f"{wanted}, got the class {value.__name__} itself: make an object of it"
    if isinstance(value, float) and math.isnan(value):
        return "a finite number, got nan"
    return f"{wanted}, got {checks.shown(value)}"
