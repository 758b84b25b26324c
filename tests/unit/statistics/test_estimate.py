"""Numbers with errors, as they are printed."""

from __future__ import annotations

import pytest

from spinlens import Estimate


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (2.26919, 0.00031, "2.2692(3)"),
        (0.125, 0.0192, "0.125(19)"),
        (12345.0, 120.0, "12345(120)"),
        (0.0, 0.0, "0"),
        (0.24999999999999989, 8e-17, "0.25"),
        (1.0, 0.096, "1.00(10)"),
        (float("nan"), 1.0, "nan ± 1"),
    ],
)
def test_estimates_print_as_physicists_write(value, error, text):
    assert str(Estimate(value, error)) == text
