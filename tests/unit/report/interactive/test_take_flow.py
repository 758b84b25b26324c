"""What can be taken along of a flow."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from made_up_pages import flow_document
from spinlens.report.interactive.take_flow import of_flow

DRAWN = ["flow-0", "flow-1", "field-machine", "end", "ends-energy", "ends-xi", "layers", "maps"]


def test_a_flow_leads_to_its_tables_and_pdfs() -> None:
    takes = of_flow(flow_document(), DRAWN)
    assert dict(takes["flows"].files) == {"PDF": "flow-0.pdf", "CSV": "readings.csv"}
    assert dict(takes["paths"].files) == {"PDF": "flow-1.pdf", "CSV": "readings.csv"}
    assert dict(takes["controls"].files) == {"PDF 1": "ends-energy.pdf", "PDF 2": "ends-xi.pdf", "CSV": "flows.csv"}
    assert dict(takes["end"].files)["CSV"] == "flows.csv"
    assert dict(takes["fields"].files) == {"PDF": "field-machine.pdf"}


@pytest.mark.parametrize("name", ["fields", "layers", "maps"])
def test_numbers_have_an_entry_for_each_combination_of_labels(name: str) -> None:
    data = str(of_flow(flow_document(), DRAWN)[name].data)
    for block in json.loads(re.sub(r"^<script[^>]*>|</script>$", "", data)):
        size = int(np.prod([len(labels) for labels in block["dims"].values()]))
        assert all(len(values) == size for values in block["values"].values())
