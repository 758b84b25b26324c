"""Every argument of every public function, in turn with bad values of its kind: a typed error, or a documented value.

Some 2,500 calls on lattices of 16 sites; `validation/faults` writes down what comes of each.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from attack import Attack, attacks, targets


@pytest.fixture(scope="module")
def found() -> list[Attack]:
    return list(attacks(targets()))


def test_nothing_but_typed_errors_comes_out(found):
    assert not [str(one) for one in found if one.outcome == "foreign"]


def test_what_is_of_a_wrong_kind_is_refused(found):
    assert not [str(one) for one in found if one.wrong and one.outcome == "accepted"]


def test_the_attack_is_one(found):
    """So many calls of so many functions: none has fallen out of the table."""
    assert len({one.target for one in found}) > 60
    assert sum(one.outcome == "refused" for one in found) > 2000
