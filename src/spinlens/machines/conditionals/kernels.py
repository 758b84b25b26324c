"""Compiled passes of an autoregressive network: from unit to unit along the order, and back for the gradient.

float32 arrays in, changed in place. Inner loops go over states side by side, or over hidden units, so that none of them
is a sum: such loops the compiler makes vectors of.
"""

from __future__ import annotations

import numpy as np

from spinlens._jit import arithmetic
from spinlens.arrays import Single

_TOGETHER = 64  # states of which hidden units are kept at once
_FEW = 8
_ZERO, _ONE, _TWO = np.float32(0.0), np.float32(1.0), np.float32(2.0)


@arithmetic
def pass_along(
    direct: Single, bias: Single, inward: Single, hidden_bias: Single, outward: Single,
    uniform: Single, spins: Single, field: Single,
) -> None:  # fmt: skip
    """The fields f_i of `spins` (N, n) in `field` (N, n); where `uniform` has numbers (N, n), spins are drawn by them.

    f_i = b_i + Σ_{j<i} D_ij s_j + Σ_a V_ia max(0, c_a + Σ_{j<i} W_ja s_j); W is `inward`, V `outward`, both (N, H).
    """
    n_units, n_states = spins.shape
    n_hidden = hidden_bias.size
    hidden = np.empty((n_hidden, _TOGETHER), np.float32)
    for start in range(0, n_states, _TOGETHER):
        stop = min(start + _TOGETHER, n_states)
        for a in range(n_hidden):
            hidden[a] = hidden_bias[a]
        for i in range(n_units):
            out, here = field[i, start:stop], spins[i, start:stop]
            for k in range(out.size):
                out[k] = bias[i]
            for j in range(i):
                d, there = direct[i, j], spins[j, start:stop]
                for k in range(out.size):
                    out[k] += d * there[k]
            for a in range(n_hidden):
                v, unit = outward[i, a], hidden[a]
                for k in range(out.size):
                    out[k] += v * (unit[k] if unit[k] > _ZERO else _ZERO)
            if uniform.size:
                drawn = uniform[i, start:stop]
                for k in range(out.size):
                    here[k] = _ONE if drawn[k] * (_ONE + np.exp(-_TWO * out[k])) < _ONE else -_ONE
            for a in range(n_hidden):
                w, unit = inward[i, a], hidden[a]
                for k in range(out.size):
                    unit[k] += w * here[k]


@arithmetic
def pass_back(
    inward: Single, outward: Single, spins: Single, slope: Single, hidden: Single,
    to_inward: Single, to_hidden_bias: Single, to_outward: Single,
) -> None:  # fmt: skip
    """Add the gradient of Σ over states to the last three arrays, from `slope` (n, N), that by the fields.

    `hidden` (n, H) is c + Σ_j s_j W_j over all units of `spins` (n, N), and becomes c.
    """
    n_states, n_units = spins.shape
    n_hidden = to_hidden_bias.size
    back = np.empty((_FEW, n_hidden), np.float32)  # gradient by what later units saw of the hidden ones
    for start in range(0, n_states, _FEW):
        stop = min(start + _FEW, n_states)
        back[:] = _ZERO
        for i in range(n_units - 1, -1, -1):
            w, v, to_w, to_v = inward[i], outward[i], to_inward[i], to_outward[i]
            for k in range(start, stop):
                s, g, seen, later = spins[k, i], slope[k, i], hidden[k], back[k - start]
                for a in range(n_hidden):
                    to_w[a] += s * later[a]
                    seen[a] -= s * w[a]
                for a in range(n_hidden):
                    to_v[a] += g * (seen[a] if seen[a] > _ZERO else _ZERO)
                    later[a] += g * (v[a] if seen[a] > _ZERO else _ZERO)
        for k in range(stop - start):
            later = back[k]
            for a in range(n_hidden):
                to_hidden_bias[a] += later[a]
