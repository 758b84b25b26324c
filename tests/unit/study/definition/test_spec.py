"""Models of a study file in the one form of a coupling."""

import pytest

from spinlens import NearestNeighbour, PowerLaw
from spinlens.lattice.kinds import COUPLING_KINDS
from spinlens.lattice.model_document import _KINDS, coupling_of
from spinlens.study.definition.spec import ModelSection


@pytest.mark.parametrize(
    ("options", "coupling"),
    [
        ({"coupling": "nearest-neighbour"}, NearestNeighbour()),
        ({"coupling": "power-law", "sigma": 1.2}, PowerLaw(1.2)),
        (
            {"coupling": "power-law", "sigma": 0.8, "images": "minimum", "cell": "integrated"},
            PowerLaw(0.8, images="minimum", cell="integrated"),
        ),
    ],
)
def test_a_section_is_a_coupling(options, coupling):
    assert coupling_of(ModelSection(name="a", **options).document()) == coupling


def test_every_kind_has_a_word():
    assert set(COUPLING_KINDS.values()) == set(_KINDS)
