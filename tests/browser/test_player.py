"""The player of flows: it shows the spins of the files, moves by keyboard, plays to the end, and asks for nothing."""

from __future__ import annotations

import copy

import numpy as np
import pytest

from spinlens.lattice.film import Film
from spinlens.plot.style import DOWN, UP

PIXELS = """canvas => [canvas.height, canvas.width,
    ...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"""
CANVAS = "#player .lane:nth-child({}) canvas"


def rgb(color):
    return [int(color[k : k + 2], 16) for k in (1, 3, 5)]


def shown(page, lane):
    """Height × width × RGB of the canvas of a lane."""
    rows, columns, *values = page.eval_on_selector(CANVAS.format(lane), PIXELS)
    return np.array(values).reshape(rows, columns, 4)[..., :3]


def choose(page, lane, **chosen):
    for name, label in chosen.items():
        page.select_option(f"#player .lane:nth-child({lane}) [aria-label={name}]", label=label)


def film(data, key, start):
    found = data[key]
    frames = found["frames"].values[found["start"].values.tolist().index(start)]
    return Film.made(found.attrs["film"], frames)


def key(page, *names):
    page.focus("#player")
    for name in names:
        page.keyboard.press(name)


def slider(page):
    return int(page.input_value("#player input[type=range]"))


@pytest.mark.parametrize("start", ["cold", "hot"])
@pytest.mark.parametrize("model", ["nearest-neighbour", "power-law"])
def test_every_record_shows_the_spins_of_the_file(opened, brief, study, model, start):
    results, data = study
    page = opened(brief)
    choose(page, 1, lattice=results["models"][model]["label"], flow="cd1-grid, machine 0", start=start, state="2")
    expected = film(data, f"film/machine/cd1-grid/{model}", start)
    for record in range(len(expected.steps)):
        spins = expected.record(record)[1]
        assert np.array_equal(shown(page, 1), np.where(spins[..., None] > 0, rgb(UP), rgb(DOWN)))
        key(page, "ArrowRight")


def test_it_begins_with_a_flow_to_t_c_beside_one_away_from_it(opened, brief):
    page = opened(brief)
    chosen = "all => all.map(select => select.selectedOptions[0].textContent)"
    for lane, expected in ((1, ["learned, machine 0", "hot"]), (2, ["majority blocks", "1.05 Tc"])):
        selects = f"#player .lane:nth-child({lane}) select:is([aria-label=flow], [aria-label=start])"
        assert page.eval_on_selector_all(selects, chosen) == expected


def test_layers_of_real_fields_are_shown_between_the_colours_of_spins(opened, brief, study):
    page = opened(brief)
    choose(page, 2, flow="block averages", start="0.90 Tc")
    key(page, "ArrowRight")
    field = film(study[1], "film/blocks/average/power-law", 0.9).record(1)[0]
    found = shown(page, 2)
    assert found.shape == (8, 8, 3)
    order = np.argsort(field, axis=None)
    assert (np.diff(found[..., 0].ravel()[order][field.ravel()[order] > 0]) <= 0).all()  # towards the dark of +1
    assert np.abs(found[..., 0] - np.interp(field, [-1, 0, 1], [rgb(c)[0] for c in (DOWN, "#f7f6f2", UP)])).max() <= 2


def test_a_flow_that_has_ended_stays_at_its_last_layer(opened, brief, study):
    page = opened(brief)
    choose(page, 2, start="1.00 Tc")
    key(page, "End")
    last = film(study[1], "film/blocks/majority/power-law", 1.0).record(2)[0]
    assert np.array_equal(shown(page, 2), np.where(last[..., None] > 0, rgb(UP), rgb(DOWN)))
    assert "layer 2, the last, 4 × 4" in page.inner_text("#player .lane:nth-child(2)")
    assert "step 60, the last, 16 × 16" in page.inner_text("#player .lane:nth-child(1)")


def test_keys_step_and_go_to_either_end(opened, brief):
    page = opened(brief)
    positions = []
    for name in ("ArrowRight", "ArrowRight", "ArrowLeft", "End", "ArrowRight", "Home", "ArrowLeft"):
        key(page, name)
        positions.append(slider(page))
    assert positions == [1, 2, 1, 3, 3, 0, 0]


def test_it_plays_to_the_end_and_stops(opened, brief):
    page = opened(brief)
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    key(page, " ")
    assert page.get_attribute("[data-do=play]", "aria-pressed") == "true"
    page.clock.run_for(1100)  # two steps a second
    assert slider(page) == 2
    page.clock.run_for(5000)
    assert slider(page) == 3
    assert page.get_attribute("[data-do=play]", "aria-pressed") == "false"


def test_with_less_motion_it_is_slow_and_never_begins_by_itself(opened, brief):
    page = opened(brief, reduced_motion="reduce")
    assert page.eval_on_selector_all("[data-speed] option", "all => all.map(o => Number(o.value))") == [0.5, 1, 2]
    assert page.get_attribute("[data-do=play]", "aria-pressed") == "false"


def test_readings_are_those_of_the_results(opened, brief, study):
    model = study[0]["models"]["power-law"]
    page = opened(brief)
    choose(page, 1, start="critical")
    key(page, "ArrowRight")
    flow = next(f for f in model["flows"] if (f["recipe"], f["seed"], f["start"]) == ("learned", 0, "critical"))
    value, _ = flow["path"]["temperature"]["energy"][1]
    words = page.inner_text("#player .lane:nth-child(1) .readout")
    assert f"{value / model['equilibrium']['temperature']:.2f}" in words
    key(page, "Home")
    assert words.count("out of range") == 0
    assert page.inner_text("#player .lane:nth-child(1) .readout").count("out of range") == 1  # the network


def test_without_scripts_the_tiles_stand_alone(opened, brief):
    page = opened(brief, folded=True, java_script_enabled=False)
    assert not page.is_visible("#player")
    assert page.locator("figure:has-text('States along the flow') svg").count() > 0


HOSTILE = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"


def test_names_are_shown_and_never_run(opened, study, brief_page, tmp_path):
    results, data = copy.deepcopy(study[0]), dict(study[1])
    model = results["models"]["power-law"]
    model["label"] = HOSTILE
    model["flows"] = [{**row, "recipe": HOSTILE} for row in model["flows"] if row["recipe"] == "learned"]
    model["units"] = {HOSTILE: model["units"]["learned"]}
    for kind in ("film", "units"):
        data[f"{kind}/machine/{HOSTILE.replace('/', '')}/power-law"] = data[f"{kind}/machine/learned/power-law"]
    page = opened(brief_page((results, data), tmp_path / "report.html"))
    assert page.evaluate("window.hacked") is None
    options = page.query_selector_all("#player .lane:first-child [aria-label=lattice] option")
    assert options[1].text_content() == HOSTILE
    assert page.locator("img[src=x]").count() == 0
