import base64

import numpy as np

from spinlens.report.interactive.embedding import embedded
from spinlens.report.interactive.player import reels


def test_a_study_without_films_has_no_player(made_up_study):
    results, data = made_up_study(0)
    assert reels(results, {key: value for key, value in data.items() if not key.startswith("film/")}) is None


def test_every_flow_has_its_frames_and_what_the_results_say_of_it(made_up_study):
    results, data = made_up_study(0)
    near = reels(results, data)["lattices"][0]
    flows = {(flow["kind"], flow["of"]): flow for flow in near["flows"]}
    assert set(flows) == {("machine", r) for r in ("learned", "learned-grid", "cd1-grid")} | {
        ("stack", "stack"), ("blocks", "majority"), ("blocks", "average"),
    }  # fmt: skip
    start = flows["machine", "cd1-grid"]["starts"][2]
    found = np.frombuffer(base64.b64decode(start["frames"][1]), np.uint8)
    assert np.array_equal(found, data["film/machine/cd1-grid/nearest-neighbour"]["frames"].values[2, 1])
    row = next(
        f for f in results["models"]["nearest-neighbour"]["flows"] if (f["recipe"], f["start"]) == ("cd1-grid", "hot")
    )
    assert start["T"] == row["path"]["temperature"]
    layers = flows["blocks", "average"]["starts"][0]
    assert layers["real"] == [False, True, True]
    assert [len(layers["T"]["energy"]), len(layers["m"]), len(layers["G"])] == [3, 3, 3]


def test_a_damaged_document_leaves_what_it_lacks_out(made_up_study):
    results, data = made_up_study(0)
    for model in results["models"].values():
        model["flows"] = model["rg"] = model["stack"] = None
    start = reels(results, data)["lattices"][0]["flows"][0]["starts"][0]
    assert start["T"] is None


def test_no_name_can_end_the_data():
    text = embedded("about", {"name": "</script><script>alert(1)</script>\u2028", "number": float("nan")})
    assert text.count("<") == 2
    assert '"number":null' in text
