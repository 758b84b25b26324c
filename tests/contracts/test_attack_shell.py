"""Bad values for options and for keys of study files: 0, or 2 and one sentence, and never a trace.

Some of them; `validation/faults/attack_shell.py` tries all and writes down how each ended.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from attack_shell import furnish, lines, study_files


def test_options_of_commands(tmp_path):
    furnish(tmp_path)
    before = (tmp_path / "taken").read_text()
    found = list(lines(tmp_path, every=9))
    assert not [str(one) for one in found if one.wrong]
    assert {one.code for one in found} == {0, 2}
    assert len({one.what.split()[0] for one in found}) >= 10
    assert (tmp_path / "taken").read_text() == before


def test_values_of_study_files():
    found = list(study_files(every=23))
    assert not [str(one) for one in found if one.wrong]
    assert sum(one.code == 2 for one in found) > 50
