"""Streams are named: frozen numbers, so that results can be had again, and no two alike."""

from __future__ import annotations

from spinlens.seeding import generator, purpose_seed, seed_sequence


def test_named_streams_are_frozen():
    """A change of any of these is a change of every result."""
    assert seed_sequence(0, "chain", 32, 2.27, 1).generate_state(2).tolist() == [2638350455, 1661828773]
    assert purpose_seed(0, "flow", "ensembles") == 94880986380568498
    assert purpose_seed(0, "stack", 1, bits=32) == 2640202293


def test_names_tell_kinds_of_values_apart():
    """1, 1.0 and "1" are three names, and names do not run together."""
    names = [(1,), (1.0,), ("1",), ("1", ""), ("a", "b"), ("ab",), ("b", "a")]
    assert len({generator(0, *name).random() for name in names}) == len(names)
    assert generator(0, "a").random() != generator(1, "a").random()
