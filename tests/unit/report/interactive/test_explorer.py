import base64

import numpy as np

from spinlens.report.interactive.explorer import units


def test_every_unit_has_bytes_on_its_own_scale_with_its_numbers(made_up_study):
    results, data = made_up_study(0)
    machine = units(results, data)["lattices"][1]["machines"][0]
    table = data["units/machine/learned/power-law"]["units"].values[0]
    levels = np.frombuffer(base64.b64decode(machine["fields"]["bytes"]), np.int8).reshape(4, 16, 16)
    found = levels / 127 * np.array(machine["fields"]["scale"])[:, None, None]
    assert np.abs(found - table).max() < 0.01 * np.abs(table).max()
    assert machine["numbers"] == results["models"]["power-law"]["units"]["learned"]
    assert machine["couplings"]["r"]


def test_a_study_without_units_has_no_explorer(made_up_study):
    results, data = made_up_study(0)
    assert units(results, {key: value for key, value in data.items() if not key.startswith("units/")}) is None
    for model in results["models"].values():
        del model["units"]  # of an older study
    assert units(results, data) is None
