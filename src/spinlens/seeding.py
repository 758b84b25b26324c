"""From one seed to independent named streams: the same name always gives the same numbers."""

from __future__ import annotations

import hashlib

import numpy as np

Key = str | int | float


def seed_sequence(seed: int, *names: Key) -> np.random.SeedSequence:
    """The seed sequence of one purpose, e.g. ``seed_sequence(0, "chain", 32, 2.27, 1)``.

    A stream depends on the seed and on its name only, never on how many other streams exist or who asks first:
    this is what makes results independent of the number of workers. Floats enter by their exact binary value.
    """
    words: list[int] = []
    for name in names:
        text = name.hex() if isinstance(name, float) else str(name)
        digest = hashlib.sha256(f"{type(name).__name__}:{text}".encode()).digest()
        words.extend(int.from_bytes(digest[i : i + 4], "little") for i in (0, 4, 8, 12))
    return np.random.SeedSequence(entropy=seed, spawn_key=tuple(words))


def generator(seed: int, *names: Key) -> np.random.Generator:
    """An independent ``numpy.random.Generator`` for one named purpose (see `seed_sequence`).

    >>> float(generator(0, "a").random()) == float(generator(0, "a").random())
    True
    >>> float(generator(0, "a").random()) == float(generator(0, "b").random())
    False
    """
    return np.random.Generator(np.random.PCG64(seed_sequence(seed, *names)))
