"""The JSON form of a model makes the model again, and refuses what is not that model."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw
from spinlens.errors import InputError
from spinlens.lattice.fugacity import PoissonBonds
from spinlens.lattice.model_document import coupling_document, coupling_of, model_document, model_from, model_of


def table(seed=0):
    values = np.random.default_rng(seed).random((3, 4))
    return values + np.roll(np.flip(values), 1, axis=(0, 1))


class Custom:
    """A coupling that is neither of the named ones."""

    label, fugacity = "mine", PoissonBonds()

    def table(self, shape):
        return CouplingTable(table()).table(shape)

    def self_image(self, shape):
        return 0.0


NAMED = [NearestNeighbour(0.5), PowerLaw(1.3), PowerLaw(0.7, images="minimum", cell="integrated", strength=2.0)]


@pytest.mark.parametrize("coupling", NAMED)
def test_couplings_with_parameters_come_back_equal(coupling):
    model = IsingModel((3, 5), coupling, field=-0.25)
    assert model_from(json.loads(json.dumps(model_document(model)))) == model


@pytest.mark.parametrize("coupling", [CouplingTable(table(), label="mine"), Custom()])
def test_any_other_coupling_comes_back_with_its_table(coupling):
    model = IsingModel((3, 4), coupling)
    document = json.loads(json.dumps(model_document(model)))
    again = model_from(document, model.coupling_table)
    np.testing.assert_array_equal(again.coupling_table, model.coupling_table)
    assert again.coupling.label == "mine"
    assert model_document(again) == document


def test_what_is_left_out_has_its_default():
    assert coupling_of({"kind": "PowerLaw", "sigma": 1.2}) == PowerLaw(1.2)
    assert coupling_of({"kind": "NearestNeighbour"}) == NearestNeighbour()


@pytest.mark.parametrize(
    ("document", "values", "text"),
    [
        ({}, None, "names no coupling; known kinds: NearestNeighbour, PowerLaw, CouplingTable"),
        ({"kind": "Ring"}, None, "names no coupling"),
        ({"kind": ["PowerLaw"]}, None, "names no coupling"),
        ({"kind": "PowerLaw"}, None, "not the parameters of a coupling PowerLaw"),
        ({"kind": "NearestNeighbour", "sigma": 1.2}, None, "not the parameters of a coupling NearestNeighbour"),
        ({"kind": "PowerLaw", "sigma": -1.0}, None, "sigma must be"),
        (coupling_document(CouplingTable(table()), table()), None, "give 'coupling_table' too"),
        (coupling_document(CouplingTable(table()), table()), table(1), "its checksum is another"),
    ],
)
def test_what_makes_no_coupling_is_refused(document, values, text):
    with pytest.raises(InputError, match=text):
        coupling_of(document, values)


def test_a_subclass_is_known_by_its_table():
    class Halved(PowerLaw):
        def table(self, shape):
            return super().table(shape) / 2

    model = IsingModel((4, 4), Halved(1.2))
    assert model_document(model)["coupling"]["kind"] == "CouplingTable"


@pytest.mark.parametrize(
    "attribute", [None, "{", "{}", '{"shape": 4, "coupling": {"kind": "NearestNeighbour"}, "field": 0}']
)
def test_a_dataset_without_a_model_is_refused(attribute):
    data = xr.Dataset(attrs={} if attribute is None else {"model": attribute})
    with pytest.raises(InputError, match="names no model"):
        model_of(data)
