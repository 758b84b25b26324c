"""Two runs of `spinlens sample` on one output: one waits for nothing and says so, and the file is that of one run."""

import pairs
import pytest


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    out = tmp_path_factory.mktemp("unbroken") / "unbroken.nc"
    assert pairs.alone(out) == 0
    return out.read_bytes()


@pytest.mark.parametrize("number", [0, 3, 5])
def test_two_at_once_leave_the_bytes_of_one(tmp_path, unbroken, number):
    """The first dies before its first write has its name, after its second, after its third."""
    content, killed, said = pairs.at_once(tmp_path, number)
    assert content == unbroken
    assert killed <= 1
    assert len(said) <= 1
    assert all(line.startswith("spinlens: ") and "in use" in line for line in said)
