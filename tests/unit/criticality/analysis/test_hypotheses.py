"""Which fits are tried, and what a class imposes on them."""

from __future__ import annotations

import pytest

from spinlens import NearestNeighbour, PowerLaw
from spinlens.criticality.analysis.hypotheses import hypotheses, lengths_scale, usual_y_t
from spinlens.criticality.universality import MEAN_FIELD_BINDER
from spinlens.errors import InputError

RING, SQUARE = (64, 128, 256), (8, 16, 32)


def test_mean_field_imposes_the_torus_exponents():
    fixed = hypotheses("mean-field", PowerLaw(0.3), 1, RING, "imposed")
    assert {(model.y_t, model.delta_spin, model.binder) for model in fixed} == {(0.5, 0.25, MEAN_FIELD_BINDER)}
    free = hypotheses("mean-field", PowerLaw(0.3), 1, RING, "free")
    assert {(model.y_t, model.delta_spin, model.binder) for model in free} == {(None, None, None)}


def test_the_boundary_has_logarithms():
    logs = hypotheses("boundary", PowerLaw(0.5), 1, RING, "imposed")
    assert all(kind == "log" for model in logs for kind, _ in model.corrections)
    assert {model.log_m2 for model in logs} == {0.5}


def test_nearly_marginal_corrections_come_first():
    near = hypotheses("long-range", PowerLaw(1.6), 2, SQUARE, "free")
    assert all(model.corrections[0] == ("power", 0.15) for model in near)
    assert all(kind == "power" for model in near for kind, _ in model.corrections)


def test_tails_are_in_units_of_the_lowest_wave_number():
    beyond = hypotheses("short-range", PowerLaw(2.5), 2, SQUARE, "free")
    assert {model.corrections[:2] for model in beyond} == {(("wave", 0.75), ("wave", 1.5))}


def test_smallest_sizes_leave_two_at_least():
    found = hypotheses("short-range", NearestNeighbour(), 2, (8, 16, 32, 64), "free")
    assert {model.smallest for model in found} == {8, 16}


def test_no_transition_cannot_be_assumed():
    with pytest.raises(InputError, match="no transition"):
        hypotheses("no transition", NearestNeighbour(), 1, RING, "free")


def test_lengths_scale_below_the_upper_critical_dimension():
    assert lengths_scale("long-range", PowerLaw(1.2), 2)
    assert lengths_scale("boundary", PowerLaw(1.75), 2)
    assert not lengths_scale("boundary", PowerLaw(1.0), 2)
    assert not lengths_scale("mean-field", None, 3)


def test_y_t_before_data_is_that_of_the_class():
    assert usual_y_t("mean-field", None, 3) == (1.5, 0.3)
    assert usual_y_t("long-range", PowerLaw(1.2), 2)[0] == pytest.approx(1.042, abs=1e-3)
    assert usual_y_t("long-range", None, 2) == (1.0, 0.5)
    free, fixed = (
        hypotheses("short-range", None, 2, SQUARE, kind, prior_y_t=(1.0, 0.3))[0] for kind in ("free", "imposed")
    )
    assert (free.y_t, free.prior_y_t, fixed.y_t) == (None, (1.0, 0.3), 1.0)
