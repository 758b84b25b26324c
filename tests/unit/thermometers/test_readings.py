"""What instruments say, as it is shown and as a table."""

from __future__ import annotations

import json
import math

from spinlens.statistics.estimate import Estimate
from spinlens.thermometers.readings import EquilibriumTest, Reading, Readings

INSIDE = Reading(Estimate(2.27, 0.03), True, Estimate(-1.4, 0.01), 0.25, bounds=(2.24, 2.3))
HOT = Reading(Estimate(3.2, 0.1), False, Estimate(0.1, 0.01), 0.5, True, (3.2, math.inf))
BOTH = Readings({"energy": INSIDE, "xi": HOT})


def test_a_reading_is_a_line_with_its_temperature():
    assert (repr(INSIDE), str(INSIDE)) == ("Reading(T = 2.27(3))", "2.27(3)")
    assert repr(HOT) == "Reading(T > 3.2 (out of range))"
    assert "formal" in HOT._repr_html_()
    assert "formal" not in INSIDE._repr_html_()


def test_all_readings_are_a_line_and_a_table():
    assert repr(BOTH) == "Readings(energy 2.27(3), xi > 3.2 (out of range))"
    assert len(str(BOTH).splitlines()) == 1 + 1 + 2
    assert "&gt; 3.2 (out of range)" in BOTH._repr_html_()
    assert BOTH == {"energy": INSIDE, "xi": HOT}


def test_the_data_frame_has_no_temperature_out_of_range_but_a_bound():
    frame = BOTH.to_dataframe()
    assert (frame.loc["energy", "temperature"], frame.loc["energy", "temperature_error"]) == (2.27, 0.03)
    assert math.isnan(frame.loc["xi", "temperature"])
    assert frame.loc["xi", "lower"] == 3.2


def test_the_equilibrium_test_says_whether_its_p_value_counts():
    def test(in_range):
        return EquilibriumTest(
            0.03, Estimate(2.3, 0.1), 20.0, 10, in_range, {"energy": 3.2}, Estimate(0.2, 0.05), {"energy": 0.19}, 400.0
        )

    assert repr(test(True)) == "EquilibriumTest(p = 0.03, distance 0.20(5), T = 2.30(10))"
    assert "does not count" in str(test(False))
    assert "does not count" not in str(test(True))
    assert str(test(True)).splitlines()[-1].split() == ["energy", "+3.2", "+0.190"]


def test_a_reading_is_json():
    document = json.loads(json.dumps(INSIDE.to_dict(), allow_nan=False))
    assert document["temperature"] == document["nearest"] == {"value": 2.27, "error": 0.03}
    assert document["bounds"] == [2.24, 2.3]
    hot = HOT.to_dict()
    assert hot["temperature"] == {"value": None, "error": None}  # out of range
    assert (hot["bounds"], hot["off_lattice"]) == ([3.2, None], True)
