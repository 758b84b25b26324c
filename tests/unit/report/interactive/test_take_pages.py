"""What can be taken along of critical points and trainings."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from made_up_pages import judged
from spinlens.report.interactive.take import Take
from spinlens.report.interactive.take_pages import of_point, of_training
from spinlens.statistics.estimate import Estimate


def blocks(take: Take) -> list[dict[str, Any]]:
    return json.loads(re.sub(r"^<script[^>]*>|</script>$", "", str(take.data)))


def counted(block: dict[str, Any]) -> bool:
    """Whether every list of values has an entry for each combination of labels."""
    size = int(np.prod([len(labels) for labels in block["dims"].values()]))
    return all(len(values) == size for values in block["values"].values())


def test_curves_of_a_point_are_blocks_by_size() -> None:
    curve = {"L": 8, "temperature": (2.2, 2.3), "binder": (0.62, 0.6), "xi": (float("nan"), 0.9)}
    takes = of_point([curve])
    (block,) = blocks(takes["crossings"])
    assert block == {"L": 8, "dims": {"T": [2.2, 2.3]}, "values": {"binder": [0.62, 0.6], "xi": [None, 0.9]}}
    assert "sl.plot.crossings(point.curves, point=point)" in takes["crossings"].python
    assert "known=sl.Estimate(2.27, 0.01)" in of_point([curve], Estimate(2.27, 0.01))["drift"].python
    assert takes["drift"].data is None  # its numbers are a table


def test_a_training_has_a_block_and_a_pdf_a_figure() -> None:
    takes = of_training(judged(), np.arange(8.0).reshape(2, 2, 2))
    assert {name: counted(blocks(take)[0]) for name, take in takes.items()} == dict.fromkeys(takes, True)
    assert blocks(takes["learning-curve"])[0]["dims"] == {"epoch": list(range(1, 9))}
    assert takes["spectrum"].files == (("PDF", "spectrum.pdf"),)
    assert "(machine, (2, 2), 2), centred=True, named=True)" in takes["receptive-fields"].python
    assert '"lattice": [row["true"]' in takes["couplings"].python
