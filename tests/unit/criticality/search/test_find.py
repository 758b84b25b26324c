"""The critical point from a coupling: what decides about draws, what is refused, what goes on."""

from __future__ import annotations

import pytest

from spinlens import NearestNeighbour, find_critical_point
from spinlens.criticality.search.budget import TimeBudget
from spinlens.criticality.search.budgeted import Budget
from spinlens.criticality.search.find import make_strategy, search
from spinlens.criticality.search.strategy import FixedDraws
from spinlens.errors import CheckpointError, ConvergenceError, InputError

SQUARE = NearestNeighbour()


def test_what_decides_about_draws():
    assert make_strategy(None, None, None, 1) == FixedDraws(20_000, 2)
    assert make_strategy(100, 3, None, 1) == FixedDraws(100, 3)
    assert make_strategy(None, None, 1e6, 1) == Budget(1e6)
    assert make_strategy(None, None, "5m", 2).amount.seconds == 300
    limit = TimeBudget(7.0)
    assert make_strategy(None, None, limit, 2).amount is limit


@pytest.mark.parametrize("sizes", [(8, 16), (16, 8, 32), (8, 8, 16), (3, 8, 16), (8, 16, "32")])
def test_bad_sizes_are_refused(sizes):
    with pytest.raises(InputError, match="size"):
        find_critical_point(SQUARE, sizes)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"draws": 0}, "draws"),
        ({"chains": 0}, "chains"),
        ({"points": 1}, "points"),
        ({"workers": 0}, "workers"),
        ({"seed": -1}, "seed"),
        ({"dimension": 0}, "dimension"),
        ({"dimension": 3, "wrapping": True}, "wrapping is for two dimensions, got dimension = 3"),
        ({"budget": "long"}, "90s, 5m or 2h"),
        ({"budget": "1s", "draws": 100}, "either budget, or draws and chains"),
        ({"budget": 1e6, "chains": 2}, "either budget, or draws and chains"),
    ],
)
def test_bad_options_are_refused(options, match):
    with pytest.raises(InputError, match=match):
        find_critical_point(SQUARE, (6, 8, 12), **options)


def test_too_few_draws_are_said():
    with pytest.raises(ConvergenceError, match=r"draw more|too few|more draws"):
        find_critical_point(SQUARE, (4, 6, 8), draws=3)


def test_one_chain_is_enough():
    point = find_critical_point(SQUARE, (4, 6, 8), draws=4000, chains=1)
    assert abs(point.temperature.deviation(2.269185)) < 4


def test_a_search_keeps_its_runs():
    said = []
    found = search(SQUARE, (4, 6, 8), FixedDraws(500), points=3, seed=1, tell=said.append)
    assert found.draws == {4: 3000, 6: 3000, 8: 3000}
    assert found.updates == 3000 * (16 + 36 + 64)
    assert [size.L for size in found.curves] == [4, 6, 8]
    assert str(said[0]) == "looking for the transition"
    lasting = [step for step in said if step.lasting]
    assert [step.text.split(":")[0] for step in lasting] == ["L = 4", "L = 6", "L = 8"]
    assert [step.share for step in lasting] == pytest.approx([0, 16 / 116, 52 / 116])
    assert said[-1].share == pytest.approx(1)
    assert [step.share for step in said] == sorted(step.share for step in said)


def test_every_size_is_run_at_the_critical_point():
    """Also where the crossing of the two smallest sizes is far from it: windows follow the crossings."""
    found = search(SQUARE, (4, 8, 16, 32), FixedDraws(1000), seed=3)
    for size in found.curves:
        low, high = min(size.temperatures), max(size.temperatures)
        assert low < 2.269185 < high
        assert abs((low + high) / 2 - 2.269185) < 0.35 * (high - low)


def test_more_draws_prolong_a_search(tmp_path):
    arguments = {"sizes": (4, 6, 8), "points": 3, "seed": 4}
    unbroken = find_critical_point(SQUARE, draws=2500, **arguments)
    find_critical_point(SQUARE, draws=2000, checkpoint=tmp_path / "runs", **arguments)
    assert find_critical_point(SQUARE, draws=2500, checkpoint=tmp_path / "runs", **arguments) == unbroken
    with pytest.raises(CheckpointError, match="belongs to another run: chains was 2 and is 3"):
        find_critical_point(SQUARE, draws=2500, chains=3, checkpoint=tmp_path / "runs", **arguments)
