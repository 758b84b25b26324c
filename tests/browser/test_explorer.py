"""The explorer of hidden units: the colours of the file, sorted as asked, chosen by keys."""

from __future__ import annotations

import numpy as np
import pytest

PIXELS = "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"
BLUE, WHITE, RED = [33, 102, 172], [247, 247, 247], [178, 24, 43]


def shown(page, of):
    return np.array(page.eval_on_selector(of, PIXELS)).reshape(16, 16, 4)[..., :3]


@pytest.mark.parametrize(("place", "seen"), [(1, 0), (2, 1)])
def test_a_unit_has_the_colours_of_its_weights_with_their_scale(opened, brief, study, place, seen):
    table = study[1]["units/machine/learned/power-law"]["units"].values[seen, 0]
    page = opened(brief)
    page.focus("#explorer .tiles")
    page.keyboard.press("Home")
    level = np.rint(table / np.abs(table).max() * 127) / 127
    expected = np.stack([np.interp(level, [-1, 0, 1], ends) for ends in zip(BLUE, WHITE, RED, strict=True)], axis=-1)
    assert np.abs(shown(page, f"#explorer .large:nth-child({place}) canvas") - expected).max() <= 1
    largest = float(page.inner_text(f"#explorer .large:nth-child({place}) .bar span:last-child"))
    assert largest == pytest.approx(np.abs(table).max(), rel=1e-2)


def test_units_are_sorted_as_asked_and_chosen_by_keys(opened, brief):
    page = opened(brief)
    first = "#explorer .tiles > div:first-child"
    assert page.get_attribute(first, "aria-label") == "unit 1"
    page.select_option("#explorer [aria-label='sorted by']", label="sites that take part, fewest first")
    assert page.get_attribute(first, "aria-label") == "unit 1"
    page.select_option("#explorer [aria-label='sorted by']", label="radius, the smallest first")
    order = page.eval_on_selector_all(
        "#explorer .tiles > div", "all => all.map(tile => tile.getAttribute('aria-label'))"
    )
    assert order == ["unit 1", "unit 2", "unit 4", "unit 3"]  # of which only the third has a radius
    assert page.locator("#explorer .tiles span").all_inner_texts() == ["1", "2", "4", "3"]
    scale = page.evaluate("JSON.parse(document.getElementById('explorer-data').textContent).lattices.at(-1)")
    largest = scale["machines"][0]["fields"]["scale"][0]
    assert float(page.get_attribute(first, "title").partition("±")[2]) == pytest.approx(largest, rel=1e-2)
    page.focus("#explorer .tiles")
    page.keyboard.press("End")
    assert page.get_attribute("#explorer .tiles > div:last-child", "aria-selected") == "true"
    assert "Unit 3 of 4" in page.inner_text("#explorer .where")


def test_learned_couplings_stand_beside_those_of_the_lattice(opened, brief, study):
    model = study[0]["models"]["power-law"]
    couplings = next(m for m in model["machines"] if m["recipe"] == "learned")["couplings"]
    page = opened(brief)
    assert page.locator("#explorer circle.learned").count() == sum(value > 0 for value in couplings["learned"])
    points = page.get_attribute("#explorer polyline.lattice", "points").split()
    assert len(points) == len(couplings["r"])
