"""Effects in words: what was found with its numbers, and what would decide what is not decided."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.effects import FEWEST, SIGNS, Effect, Side, worst

BETTER = "machines with a smaller gap"
_HOPELESS = 1000.0  # times the data: not worth saying
_OUTGROWN = 30.0  # times the data of machines, from which on better machines decide sooner


def number(effect: Effect) -> str:
    """The name with its value and margin.

    >>> number(Effect("D", 0.07, 0.02, 0.15))
    'D = 0.07(2) (margin 0.15)'
    """
    if effect.value is None or effect.error is None:
        return f"{effect.name} not measured"
    sign = SIGNS[effect.bound] or "= "
    return f"{effect.name} {sign}{Estimate(effect.value, effect.error)} (margin {effect.margin:g})"


def summary(side: Side, effects: Sequence[Effect]) -> str:
    """What a set of effects shows together: those that are outside, or the one nearest to the margin."""
    outside = sorted((e for e in effects if e.side == "outside"), key=lambda e: -abs(e.value or 0.0) / e.margin)
    if outside:
        more = f" and {len(outside) - 2} more" if len(outside) > 2 else ""
        return f"outside in {', '.join(map(number, outside[:2]))}{more}"
    if side == "inside":
        nearest = worst(effects)
        return f"inside in all, at most {number(nearest)}" if nearest else "inside"
    return f"undecided: {waiting(effects)}"


def waiting(effects: Sequence[Effect], most: int = 3) -> str:
    """The effects that are not decided yet."""
    open_ones = [effect for effect in effects if effect.side == "undecided"]
    more = f" and {len(open_ones) - most} more" if len(open_ones) > most else ""
    return ", ".join(map(number, open_ones[:most])) + more


def needed(effects: Sequence[Effect], machines: int = 0) -> str:
    """What would decide a set of effects, in times the data; "" where it is decided.

    >>> needed([Effect("Δ_s", 0.029, 0.005, 0.03, side="undecided")], machines=4)
    'machines with a smaller gap rather than more states: Δ_s lies at its margin'
    """
    open_ones = [effect for effect in effects if effect.side == "undecided"]
    if not open_ones or any(effect.side == "outside" for effect in effects):
        return ""
    missing = [effect.name for effect in open_ones if not effect.measured]
    if missing:
        return f"a measurement of {', '.join(missing)}"
    return _times(open_ones, machines)


def _times(effects: Sequence[Effect], machines: int) -> str:
    """One that lies outside is enough; else all have to be inside."""
    beyond = [effect for effect in effects if abs(effect.value or 0.0) > effect.margin]
    factors = {effect.name: effect.more for effect in beyond or effects}
    most = _OUTGROWN if machines else _HOPELESS
    known = {name: factor for name, factor in factors.items() if factor is not None and factor < most}
    if len(known) < len(factors) and not (beyond and known):
        stuck = next(name for name in factors if name not in known)
        better = f"{BETTER} rather than more states" if machines else "nothing soon"
        return f"{better}: {stuck} lies at its margin"
    name = (min if beyond else max)(known, key=known.__getitem__)
    return f"about {amount(known[name], machines)} (for {name})"


def more_machines(machines: int, what: str = "") -> str:
    """How many are missing to decide anything.

    >>> more_machines(3)
    '1 more machine'
    """
    missing = FEWEST - machines
    return f"{missing} more machine{'s' if missing > 1 else ''}{what}"


def times_the_states(decides: str) -> float | None:
    """The largest factor of states that a sentence made of `amount` asks for; None where it asks for none.

    >>> times_the_states(f"learned: about {amount(2.5, 8)}; dense: about {amount(12.2)}"), times_the_states("machines.")
    (12.0, None)
    """
    return max(map(float, re.findall(r"([\d.]+) times the states", decides)), default=None)


def amount(factor: float, machines: int = 0) -> str:
    """Times the data, as states and as machines.

    >>> amount(2.5), amount(2.5, 8)
    ('2.5 times the states', '12 more seeds or 2.5 times the states, whichever the error comes from')
    """
    states = f"{factor:.1f} times the states" if factor < 10 else f"{factor:.0f} times the states"
    if not machines:
        return states
    more = max(1, round(machines * (factor - 1)))
    return f"{more} more seed{'s' if more > 1 else ''} or {states}, whichever the error comes from"
