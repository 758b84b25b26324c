"""From one seed to independent named streams: the same name always gives the same numbers."""

from __future__ import annotations

import hashlib

import numpy as np

Key = str | int | float

_NAMED, _COMPUTED = 12, 7  # digits


def named(number: float) -> float:
    """A number as it names streams, runs and keys: to twelve digits.

    Temperatures that are meant to be the same differ in their last bits by how they came about, as 1/β, in units of
    T_c or on a grid, and from one library and processor to another.

    >>> named(1 / (1 / 2.3)) == named(2.3) == named(2.3000000000000003) == 2.3
    True
    """
    return float(f"{number:.{_NAMED}g}")


def computed_temperature(temperature: float) -> float:
    """A temperature that was computed and is to be sampled at: to seven digits.

    Fits differ by some 10⁻¹⁰ from one processor to another, and all that is drawn after them would.

    >>> computed_temperature(2.26918531421) == computed_temperature(2.26918531521)
    True
    """
    return float(f"{temperature:.{_COMPUTED}g}")


def seed_sequence(seed: int, *names: Key) -> np.random.SeedSequence:
    """The seed sequence of one purpose, e.g. ``seed_sequence(0, "chain", 32, 2.27, 1)``.

    A stream depends on the seed and on its name only, never on how many other streams exist or who asks first:
    this is what makes results independent of the number of workers. Floats enter by their first twelve digits
    (`named`).
    """
    words: list[int] = []
    for name in names:
        text = named(name).hex() if isinstance(name, float) else str(name)
        digest = hashlib.sha256(f"{type(name).__name__}:{text}".encode()).digest()
        words.extend(int.from_bytes(digest[i : i + 4], "little") for i in (0, 4, 8, 12))
    return np.random.SeedSequence(entropy=seed, spawn_key=tuple(words))


def purpose_seed(seed: int, *purpose: Key, bits: int = 63) -> int:
    """One integer for one purpose, for what takes a seed itself; `bits` is 32 or 63.

    >>> purpose_seed(0, "flow", "ensembles")
    94880986380568498
    >>> purpose_seed(0, "stack", 1, bits=32)
    2640202293
    """
    sequence = seed_sequence(seed, *purpose)
    if bits == 32:
        return int(sequence.generate_state(1)[0])
    return int(sequence.generate_state(1, np.uint64)[0] >> np.uint64(1))


def generator(seed: int, *names: Key) -> np.random.Generator:
    """An independent ``numpy.random.Generator`` for one named purpose (see `seed_sequence`).

    >>> float(generator(0, "a").random()) == float(generator(0, "a").random())
    True
    >>> float(generator(0, "a").random()) == float(generator(0, "b").random())
    False
    """
    return np.random.Generator(np.random.PCG64(seed_sequence(seed, *names)))
