"""The numbers of the map are those of the claims, and its lines those of theory."""

import json

import numpy as np
import pytest

from made_up_machines import LATTICE, LAZY, along, model, results
from spinlens.criticality.universality import reference
from spinlens.lattice.couplings import PowerLaw
from spinlens.study.claims.along_sigma import judge_map
from spinlens.study.claims.coarse_graining import exponent
from spinlens.study.claims.ends import dimension_effects
from spinlens.study.claims.map_curves import best, known_lines, map_document, map_quantities
from spinlens.study.claims.recipes import trained

RECIPES = {"cd1-critical": LAZY, "learned": LATTICE}
DOCUMENT = along({sigma: {"learned_map": (0.0, sigma - 2), "recipes": RECIPES} for sigma in (0.8, 1.2, 3.0)})


def test_points_are_the_numbers_of_the_claims():
    found = map_quantities(DOCUMENT, judge_map(DOCUMENT))
    assert list(found) == ["y_h", "y_t", "delta_spin", "temperature", "coupling", "slope"]
    for sigma, point in zip((0.8, 1.2, 3.0, None), found["y_h"].points["learned map"], strict=True):
        own = DOCUMENT["models"][point.model]
        known = exponent(own, "learned", "y_h")
        assert (point.sigma, point.value, point.error) == (sigma, known.value, known.error)
    own = DOCUMENT["models"]["sigma-1.2"]
    spin = dimension_effects(best(own))[0]
    assert found["delta_spin"].points["learned"][1].value == spin.value
    assert found["delta_spin"].margin == spin.margin


def test_the_machines_are_those_nearest_to_their_lattice():
    own = DOCUMENT["models"]["sigma-1.2"]
    assert best(own).name == "learned"
    assert best({**own, "machines": []}) is None
    other = model(recipes={"learned": LAZY, "dense": LATTICE})
    assert best(other).name == "dense"
    assert [recipe.name for recipe in trained(other)] == ["learned", "dense"]


def test_it_is_json_and_only_of_a_map():
    document = map_document(DOCUMENT)
    assert json.loads(json.dumps(document)) == document
    assert {"places", "trend", "rule", "because", "quantities"} == set(document)
    assert map_document(results(model(), model(short_range=True))) is None


def test_what_no_lattice_has_is_left_out():
    bare = along({sigma: {} for sigma in (0.8, 1.2, 3.0)})
    for own in bare["models"].values():
        own["machines"] = []
    assert list(map_document(bare)["quantities"]) == ["y_h", "y_t"]


@pytest.mark.parametrize(("key", "delta"), [("y_h", "delta_spin"), ("y_t", "delta_energy")])
def test_lines_are_what_the_references_of_the_package_say(key, delta):
    checked = 0
    for sigma in np.arange(0.55, 3.5, 0.1):
        known = getattr(reference(PowerLaw(float(sigma)), 2), delta)
        on = [line for line in known_lines(key, 0.5, 3.5) if line.firm and line.sigma[0] < sigma < line.sigma[1]]
        assert len(on) == (known is not None)
        if known is not None:
            assert np.interp(sigma, on[0].sigma, on[0].value) == pytest.approx(2 - known.estimate.value)
            checked += 1
    assert checked > 15


def test_lines_end_where_the_map_does():
    for line in known_lines("y_h", 1.2, 1.6):
        assert (line.sigma, line.value) == ((1.2, 1.6), pytest.approx((1.6, 1.8)))
    assert all(1.2 <= end <= 3 for line in known_lines("y_h", 1.2, 3.0) for end in line.sigma)
