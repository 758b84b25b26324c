"""The linearized map and its errors against slow references; eigenvalues that are no numbers."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.renormalization.block_spin import block_spin_flow
from spinlens.renormalization.default_operators import default_operators
from spinlens.renormalization.linearized import connected, linearized_map, spectra
from spinlens.renormalization.measurements import measure
from truths import smoothed_noise


def test_the_map_solves_the_chain_rule_and_no_other_equation() -> None:
    rng = np.random.default_rng(0)
    coarse, fine = rng.normal(size=(50, 3)), rng.normal(size=(50, 3))
    fine[:, 0] += 2 * coarse[:, 1]
    A = np.cov(coarse.T, bias=True)
    B = (coarse - coarse.mean(axis=0)).T @ (fine - fine.mean(axis=0)) / 50
    T = linearized_map(coarse, fine)
    assert np.allclose(connected(coarse, coarse), A)
    assert np.allclose(A @ T, B)
    assert not np.allclose(A @ T.T, B)
    doubled = np.concatenate([coarse, coarse[:10]]), np.concatenate([fine, fine[:10]])
    weights = np.where(np.arange(50) < 10, 2.0, 1.0)
    assert np.allclose(linearized_map(coarse, fine, weights), linearized_map(*doubled))


def test_errors_are_those_of_leaving_out_a_bin() -> None:
    states = smoothed_noise(400, 8)
    measured = measure(block_spin_flow(states, 1, seed=1), default_operators(2, "even")[:3], ())
    coarse, fine = measured.values[1], measured.values[0]
    parts = measured.bins(10)
    found = spectra(["a", "b", "c"], coarse, fine, parts, 2.0)
    assert [spectrum.operators for spectrum in found] == [("a",), ("a", "b"), ("a", "b", "c")]
    for m, spectrum in enumerate(found, 1):
        keep = [np.delete(np.arange(400), np.arange(part.start, part.stop)) for part in parts]
        replicas = np.array([linearized_map(coarse[k, :m], fine[k, :m]) for k in keep])
        leading = np.array([np.abs(np.linalg.eigvals(T)).max() for T in replicas])
        assert np.allclose(spectrum.matrix, linearized_map(coarse[:, :m], fine[:, :m]))
        assert np.allclose(spectrum.matrix_error, np.sqrt(9 * replicas.var(axis=0)))
        assert spectrum.leading.error == pytest.approx(np.sqrt(9 * leading.var()))
        assert spectrum.leading.value == pytest.approx(spectrum.eigenvalues[0].real)
        assert spectrum.exponent is not None
        assert spectrum.exponent.value == pytest.approx(np.log2(spectrum.leading.value))
        assert spectrum.exponent.error == pytest.approx(np.sqrt(9 * np.log2(leading).var()))


def test_complex_and_negative_eigenvalues_are_not_made_into_numbers() -> None:
    rng = np.random.default_rng(4)
    coarse = rng.normal(size=(200, 2))
    parts = [slice(k, k + 20) for k in range(0, 200, 20)]
    turned = spectra(["a", "b"], coarse, coarse @ np.array([[0.0, -1.0], [1.0, 0.0]]), parts, 2.0)[-1]
    assert np.isnan(turned.leading.value)
    assert np.allclose(np.abs(turned.eigenvalues), 1)
    negative = spectra(["a"], coarse[:, :1], -coarse[:, :1], parts, 2.0)[0]
    assert negative.leading.value == pytest.approx(-1)
    assert negative.exponent is not None
    assert np.isnan(negative.exponent.value)
