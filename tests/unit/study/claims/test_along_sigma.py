"""The map's statement on made-up results: each σ by itself, the trend, controls, noise."""

import math

import numpy as np
import pytest

from made_up_machines import Measured, along, model, results
from spinlens.study.claims.along_sigma import BOUNDARY, Place, judge_map, judge_trend
from spinlens.study.claims.effects import Effect

SIGMAS = (0.8, 1.2, 1.6, 2.0, 3.0)


def judge(differences, see=None, **others):
    maps = {sigma: {"learned_map": (0.0, by), "see": see, **others} for sigma, by in differences.items()}
    return judge_map(along(maps))


def answers(found):
    return {place.sigma: place.answer for place in found.places}


def linear(slope, at_boundary=0.0):
    """Differences on a line up to 7/4, constant beyond."""
    return {sigma: at_boundary + slope * (min(sigma, BOUNDARY) - BOUNDARY) for sigma in SIGMAS}


def test_every_lattice_has_its_own_answer_nearest_neighbours_among_them():
    found = judge({0.8: -0.3, 1.2: -0.2, 1.6: -0.1, 2.0: 0.0, 3.0: 0.0})
    assert answers(found) == {
        0.8: "outside",
        1.2: "outside",
        1.6: "undecided",  # at the margin
        2.0: "inside",
        3.0: "inside",
        None: "inside",
    }
    assert [place.sigma for place in found.places] == [*SIGMAS, None]
    assert "σ = 0.8: y_h − y_h of majority blocks = −0.300" in found.because.replace("-", "−")


@pytest.mark.parametrize(
    ("slope", "sign", "side"),
    [(0.3, "rises", "outside"), (-0.3, "falls", "outside"), (0.0, "undecided", "inside"), (0.06, "rises", "inside")],
)
def test_the_trend_has_a_sign_and_a_size(slope, sign, side):
    trend = judge(linear(slope)).trend
    assert (trend.sign, trend.change.side) == (sign, side)
    assert trend.slope.value == pytest.approx(slope, abs=1e-9)
    assert trend.change.value == pytest.approx(slope * (BOUNDARY - 0.8), abs=1e-9)
    assert trend.degrees == 3


def test_a_change_at_its_margin_is_undecided():
    assert judge(linear(0.1 / (BOUNDARY - 0.8))).trend.change.side == "undecided"


def test_beyond_seven_fourths_sigma_counts_no_further():
    """A line against σ itself would bend there, and its slope would be another one."""
    own = judge(linear(0.3)).trend
    assert own.chi2 == pytest.approx(0.0, abs=1e-9)
    twin = judge({sigma: 0.3 * (sigma - 3.0) for sigma in SIGMAS}).trend
    assert twin.chi2 > 100


def test_where_the_line_does_not_fit_the_scatter_decides_and_not_the_small_errors():
    there_and_back = {0.8: -0.2, 1.2: -0.4, 1.6: -0.05, 2.0: -0.3, 3.0: -0.02}
    for n in (300, 3000, 300_000):
        trend = judge(there_and_back, Measured(n)).trend
        assert (trend.sign, trend.change.side) == ("undecided", "undecided")
    assert trend.chi2 > 100


def test_order_of_the_study_does_not_matter():
    one, other = (judge(dict(order)).trend for order in (linear(0.3).items(), reversed(linear(0.3).items())))
    assert one == other


def test_failed_controls_leave_a_lattice_out_of_the_trend():
    document = along({sigma: {"learned_map": (0.0, by)} for sigma, by in linear(0.3).items()})
    whole = judge_map(document).trend
    bent = document["models"]["sigma-1.2"]
    bent["coarse"] = [entry for entry in bent["coarse"] if entry["map"] != "untrained"]
    for entry in bent["coarse"]:
        if entry["map"] == "learned":
            entry["y_h"]["value"] += 0.5
    found = judge_map(document)
    assert answers(found)[1.2] == "not assayed"
    assert (found.trend.slope.value, found.trend.degrees) == (pytest.approx(whole.slope.value), whole.degrees - 1)


def test_too_few_machines_numbers_or_ranges_decide_nothing():
    few = judge(linear(0.3), seeds=3)
    assert {*answers(few).values()} == {"undecided", "inside"}  # nearest neighbours have their eight
    assert (few.trend.sign, few.trend.slope, few.trend.change.side) == ("undecided", None, "undecided")
    document = along({sigma: {"learned_map": (0.0, -0.3)} for sigma in SIGMAS})
    for name in ("sigma-0.8", "sigma-1.2", "sigma-2", "sigma-3"):
        document["models"][name]["coarse"] = []
    assert judge_map(document).trend.slope is None
    assert "fewer than 3 ranges are assayed" in judge_map(document).because


def test_three_ranges_are_a_map_and_two_are_none():
    assert judge({0.8: -0.3, 1.2: -0.2, 1.6: -0.1}).trend.sign == "rises"
    assert judge({0.8: -0.3, 1.2: -0.2}) is None
    assert judge_map(results(model(), model(short_range=True))) is None
    assert judge_map({}) is None
    same = along({1.2: {}, 1.6: {}, 2.0: {}})
    for one in same["study"]["models"][1:]:
        one["sigma"] = 1.2  # other images or cells
    assert judge_map(same) is None


def test_ranges_beyond_seven_fourths_alone_have_no_trend():
    assert judge({2.0: 0.0, 2.5: 0.0, 3.0: 0.0}).trend.slope is None


def test_the_error_of_the_slope_is_what_noise_makes_of_it():
    rng = np.random.default_rng(1)
    places = [Place("", "", sigma, "undecided", Effect("", 0.0, 0.0, 0.1), 8) for sigma in (0.8, 1.0, 1.2, 1.4, 1.6)]
    pulls = []
    for _ in range(2000):
        drawn = [
            Place("", "", p.sigma, "undecided", Effect("", 0.2 * p.sigma + s * rng.standard_normal(), s, 0.1), 8)
            for p, s in zip(places, rng.uniform(0.005, 0.02, len(places)), strict=True)
        ]
        slope = judge_trend(drawn).slope
        pulls.append(abs(slope.value - 0.2) / slope.error)
    for errors, part in ((1, 0.6827), (2, 0.9545)):
        found = np.mean(np.array(pulls) < errors)
        assert abs(found - part) < 4 * math.sqrt(part * (1 - part) / 2000)  # 4 errors, two numbers


def test_more_states_never_turn_one_answer_into_another():
    rng = np.random.default_rng(3)
    for _ in range(40):
        slope, offset = rng.choice([0.0, 0.1, 0.105, 0.11, 0.3], 1)[0], rng.choice([0.0, -0.1, -0.2])
        seen = [judge(linear(slope, offset), Measured(n, rng)) for n in (300, 3000, 30_000)]
        for k, _ in enumerate(seen[0].places):
            assert len({found.places[k].answer for found in seen} - {"undecided"}) <= 1
        assert len({found.trend.sign for found in seen} - {"undecided"}) <= 1
        assert len({found.trend.change.side for found in seen} - {"undecided"}) <= 1
