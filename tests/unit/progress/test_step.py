"""A step as a line."""

from spinlens.progress import Step


def test_a_step_is_a_line_with_the_time_left():
    assert str(Step("500 of 2000 draws", 0.25)) == "500 of 2000 draws"
    assert str(Step("500 of 2000 draws", 0.25, left=7200.0)) == "500 of 2000 draws, 2 h 00 min left"
