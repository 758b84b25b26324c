"""The facts of what spinlens writes and opens: names, suffixes, and what belongs to which command."""

from __future__ import annotations

MARKER = "run.json"
"""In the folder of a command: which command wrote it, and with what arguments."""

RESULTS = "results.json"
MACHINE = "machine"
"""The machine in the folder of a training or of a flow that trained one."""

OF_TRAIN = (
    RESULTS, MACHINE, "training-state.safetensors", "training-states-of-layers", "learning-curve*.svg",
    "spectrum*.svg", "couplings.svg", "receptive-fields.svg",
)  # fmt: skip
"""What `spinlens train` writes into its folder."""

OF_FLOW = (
    RESULTS, "readings.csv", "flows.csv", "comparison.json", "index.html", MACHINE, "machines", "flows",
    "flow-*.svg", "field-*.svg", "ends.svg", "layers.svg", "maps.svg",
)  # fmt: skip
"""What `spinlens flow` writes into its folder."""
