"""Lists of numbers as they are typed: ranges end where they say, in the decimals that were typed."""

import math

import pytest

from spinlens.cli.lists import numbers
from spinlens.errors import InputError


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("8,16, 32", int, [8, 16, 32]),
        ("2.5 inf", float, [2.5, math.inf]),
        ("", int, []),
        ("1.0:1.5:0.1", float, [1.0, 1.1, 1.2, 1.3, 1.4, 1.5]),
        ("3:2:-0.5,1", float, [3.0, 2.5, 2.0, 1.0]),
        ("8:32:8", int, [8, 16, 24, 32]),
        ("2:2:1", int, [2]),
        (["2.2:2.4:0.1", "2.269"], float, [2.2, 2.3, 2.4, 2.269]),
        (["8,16", "32"], int, [8, 16, 32]),
    ],
)
def test_numbers(text, kind, found):
    assert numbers("--x", text, kind) == found


def test_a_scan_of_21_temperatures_is_what_one_would_type():
    typed = [float(f"{k // 10}.{k % 10}") for k in range(10, 31)]
    assert numbers("--x", "1.0:3.0:0.1", float) == typed
    assert [1.0 + 0.1 * k for k in range(21)] != typed  # what adding in binary would give


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        ("a", float, "--x must be comma-separated numbers, or ranges START:END:STEP, got 'a'"),
        ("8;16", int, "--x must be comma-separated whole numbers"),
        ("8.5", int, "--x must be comma-separated whole numbers"),
        ("8:9:0.5", int, "--x must be comma-separated whole numbers, .* got '8.0'|got '8.5'"),
        ("1:2", float, "ranges as START:END:STEP, such as 1.0:3.0:0.1, got '1:2'"),
        ("1:2:0.5:3", float, "ranges as START:END:STEP"),
        ("1:warm:0.5", float, "ranges as START:END:STEP"),
        ("1:inf:1", float, "ranges between finite numbers"),
        ("1:2:0", float, "--x 1:2:0 never comes to its end: the step must lead from 1 to 2"),
        ("2:1:0.5", float, "never comes to its end: the step must lead from 2 to 1"),
        ("1:2:0.3", float, "--x 1:2:0.3 does not meet its end: its last numbers are 1.9 and 2.2"),
        ("0:1:1e-9", float, "more than 10000 numbers: take a larger step"),
    ],
)
def test_numbers_that_are_none(text, kind, message):
    with pytest.raises(InputError, match=message):
        numbers("--x", text, kind)
