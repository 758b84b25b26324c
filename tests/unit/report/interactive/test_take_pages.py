"""What can be taken along of critical points, trainings and flows."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np

from made_up_pages import flow_document, judged
from spinlens.report.interactive.take import Take
from spinlens.report.interactive.take_pages import of_flow, of_point, of_training


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
    assert takes["drift"].data is None  # its numbers are a table


def test_a_training_has_a_block_and_a_pdf_a_figure() -> None:
    takes = of_training(judged(), np.arange(8.0).reshape(2, 2, 2))
    assert {name: counted(blocks(take)[0]) for name, take in takes.items()} == dict.fromkeys(takes, True)
    assert blocks(takes["learning-curve"])[0]["dims"] == {"epoch": list(range(1, 9))}
    assert takes["spectrum"].files == (("PDF", "spectrum.pdf"),)
    assert "sl.learned_couplings([machine], (2, 2))" in takes["couplings"].python


def test_a_flow_leads_to_its_tables_and_pdfs() -> None:
    takes = of_flow(flow_document(), ["flow-0", "flow-1", "field-machine", "end", "layers", "maps"])
    assert dict(takes["flows"].files) == {"PDF 1": "flow-0.pdf", "PDF 2": "flow-1.pdf", "CSV": "readings.csv"}
    assert dict(takes["end"].files)["CSV"] == "flows.csv"
    assert dict(takes["fields"].files) == {"PDF": "field-machine.pdf"}
    for name in ("fields", "layers", "maps"):
        assert all(counted(block) for block in blocks(takes[name])), name
