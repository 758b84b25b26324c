"""Runs in many small pieces."""

from __future__ import annotations

import pytest

from spinlens.sampling import threads
from spinlens.sampling.chains import chain


@pytest.fixture
def small_steps(monkeypatch):
    """Chunks of 20 draws of a 4 × 4 lattice, saved after each."""
    monkeypatch.setattr(chain, "CHUNK", 20 * 16)
    monkeypatch.setattr(threads, "_SAVING", 0.0)
