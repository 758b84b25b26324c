"""Compiled steps of training and Gibbs sampling: float32 arrays and an explicit random state in, changed in place.

The random state is `LANES` xoshiro128++ generators side by side, a uint32 array of shape (4, LANES), so that the
compiler advances many of them in one vector instruction; a draw of one unit costs about 1 ns.
The loops are written in short passes over disjoint buffers because that is what the vectoriser accepts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens._jit import arithmetic
from spinlens.arrays import Single

Int32 = npt.NDArray[np.int32]
Lanes = npt.NDArray[np.uint32]
Sites = npt.NDArray[np.int32]

LANES = 128
_BLOCK = 1024

_ONE, _HALF = np.float32(1.0), np.float32(0.5)
_MINUS_TWO_LOG2_E = np.float32(-2.0 / np.log(2.0))
_ROUNDING = np.float32(1.5 * 2.0**23)  # adding it to a float32 leaves the nearest integer in the low bits
_LIMIT = np.float32(40.0)  # tanh(40) is 1 in float32, and exp(80) still is a finite float32
_RESOLUTION = np.float32(2.0**-24)
_HALF_RESOLUTION = np.float32(2.0**-25)
# 2^f on |f| ≤ 1/2: Taylor coefficients ln(2)^n / n!, relative error below float32 rounding
_P1, _P2, _P3, _P4, _P5, _P6 = (
    np.float32(np.log(2.0) ** n / f) for n, f in ((1, 1), (2, 2), (3, 6), (4, 24), (5, 120), (6, 720))
)


@arithmetic
def _fill_uniform(lanes: Lanes, uniform: Single, count: int) -> None:
    """Fill `uniform[:count]`, rounded up to whole rows of lanes, from (0, 1) in steps of 2^-24."""
    for start in range(0, count, LANES):
        for lane in range(LANES):
            a, b, c, d = lanes[0, lane], lanes[1, lane], lanes[2, lane], lanes[3, lane]
            total = np.uint32(a + d)
            turned = np.uint32(np.uint32(total << np.uint32(7)) | np.uint32(total >> np.uint32(25)))
            bits = np.uint32(turned + a)
            shifted = np.uint32(b << np.uint32(9))
            c = np.uint32(c ^ a)
            d = np.uint32(d ^ b)
            lanes[1, lane] = np.uint32(b ^ c)
            lanes[0, lane] = np.uint32(a ^ d)
            lanes[2, lane] = np.uint32(c ^ shifted)
            lanes[3, lane] = np.uint32(np.uint32(d << np.uint32(11)) | np.uint32(d >> np.uint32(21)))
            uniform[start + lane] = np.float32(np.int32(bits >> np.uint32(8))) * _RESOLUTION + _HALF_RESOLUTION


@arithmetic
def _fill_boltzmann(
    field: Single, out: Single, shifted: Single, shifted_bits: Int32, power: Single, bits: Int32
) -> None:
    """out = exp(−2 field); `shifted_bits` and `bits` are the integer views of `shifted` and `power`."""
    for i in range(field.size):
        x = field[i]
        x = x if x < _LIMIT else _LIMIT
        x = x if x > -_LIMIT else -_LIMIT
        out[i] = x * _MINUS_TWO_LOG2_E
        shifted[i] = x * _MINUS_TWO_LOG2_E + _ROUNDING
    for i in range(field.size):
        bits[i] = np.int32(np.int32(shifted_bits[i] << np.int32(23)) + np.int32(0x3F800000))
    for i in range(field.size):
        f = out[i] - (shifted[i] - _ROUNDING)
        out[i] = power[i] * (_ONE + f * (_P1 + f * (_P2 + f * (_P3 + f * (_P4 + f * (_P5 + f * _P6))))))


@arithmetic
def draw_units(field: Single, lanes: Lanes, spins: Single) -> None:
    """Draw spins = ±1 with p(+1) = 1 / (1 + exp(−2 field)); flat arrays of one length, which may be the same one."""
    uniform = np.empty(_BLOCK, np.float32)
    boltzmann = np.empty(_BLOCK, np.float32)
    shifted = np.empty(_BLOCK, np.float32)
    power = np.empty(_BLOCK, np.float32)
    for start in range(0, field.size, _BLOCK):
        part = field[start : start + _BLOCK]
        drawn = spins[start : start + _BLOCK]
        _fill_uniform(lanes, uniform, part.size)
        _fill_boltzmann(part, boltzmann, shifted, shifted.view(np.int32), power, power.view(np.int32))
        for i in range(part.size):
            drawn[i] = _ONE if uniform[i] * (_ONE + boltzmann[i]) < _ONE else -_ONE


@arithmetic
def draw_and_mean_units(field: Single, lanes: Lanes, factor: np.float32, spins: Single, mean: Single) -> None:
    """Both `draw_units` and `mean_units` of one field, from one exponential; `field` may be `mean` or `spins`."""
    uniform = np.empty(_BLOCK, np.float32)
    boltzmann = np.empty(_BLOCK, np.float32)
    shifted = np.empty(_BLOCK, np.float32)
    power = np.empty(_BLOCK, np.float32)
    for start in range(0, field.size, _BLOCK):
        part = field[start : start + _BLOCK]
        drawn = spins[start : start + _BLOCK]
        out = mean[start : start + _BLOCK]
        _fill_uniform(lanes, uniform, part.size)
        _fill_boltzmann(part, boltzmann, shifted, shifted.view(np.int32), power, power.view(np.int32))
        for i in range(part.size):
            drawn[i] = _ONE if uniform[i] * (_ONE + boltzmann[i]) < _ONE else -_ONE
        for i in range(part.size):
            out[i] = factor * ((_ONE - boltzmann[i]) / (_ONE + boltzmann[i]))


@arithmetic
def mean_units(field: Single, factor: np.float32, mean: Single) -> None:
    """mean = factor · tanh(field); flat arrays of one length, which may be the same one. Error 1e-7 · factor."""
    boltzmann = np.empty(_BLOCK, np.float32)
    shifted = np.empty(_BLOCK, np.float32)
    power = np.empty(_BLOCK, np.float32)
    for start in range(0, field.size, _BLOCK):
        part = field[start : start + _BLOCK]
        out = mean[start : start + _BLOCK]
        _fill_boltzmann(part, boltzmann, shifted, shifted.view(np.int32), power, power.view(np.int32))
        for i in range(part.size):
            out[i] = factor * ((_ONE - boltzmann[i]) / (_ONE + boltzmann[i]))


@arithmetic
def bond_fields(
    first: Sites, second: Sites, weights: Single, lean: Single, state: Single, field: Single, lanes: Lanes
) -> None:
    """Add w h to the field of both ends of every bond; h = ±1 is drawn with p(+1) = 1/2 + lean · (s + s').

    `state` and `field` are (n_sites, n_samples), samples of one site side by side.
    """
    samples = state.shape[1]
    at_once = max(1, _BLOCK // samples)  # bonds
    uniform = np.empty(at_once * samples + LANES, np.float32)
    kick = np.empty(samples, np.float32)
    for start in range(0, first.size, at_once):
        stop = min(start + at_once, first.size)
        _fill_uniform(lanes, uniform, (stop - start) * samples)
        for bond in range(start, stop):
            w, p = weights[bond], lean[bond]
            here, there = state[first[bond]], state[second[bond]]
            drawn = uniform[(bond - start) * samples : (bond - start + 1) * samples]
            for i in range(samples):
                kick[i] = w if drawn[i] < _HALF + p * (here[i] + there[i]) else -w
            one, other = field[first[bond]], field[second[bond]]
            for i in range(samples):
                one[i] += kick[i]
            for i in range(samples):
                other[i] += kick[i]


@arithmetic
def momentum_step(
    value: Single,
    gradient: Single,
    velocity: Single,
    rate: np.float32,
    momentum: np.float32,
    l2: np.float32,
    l1: np.float32,
) -> None:
    """One ascent step: velocity = momentum · velocity + rate · (gradient − l2 · value − l1 · sign value)."""
    for i in range(value.size):
        force = gradient[i] - l2 * value[i] - l1 * np.sign(value[i])
        velocity[i] = momentum * velocity[i] + rate * force
        value[i] += velocity[i]


@arithmetic
def average_step(average: Single, value: Single, share: np.float32) -> None:
    """Move a running average towards the newest value by its share 1 / count."""
    for i in range(value.size):
        average[i] += share * (value[i] - average[i])


@arithmetic
def adam_step(
    value: Single,
    gradient: Single,
    first: Single,
    second: Single,
    rate: np.float32,
    memory: np.float32,
    memory_squared: np.float32,
    l2: np.float32,
    l1: np.float32,
    epsilon: np.float32,
) -> None:
    """One ascent step of Adam [Kingma & Ba 2015, algorithm 1]; `rate` includes the start-up correction."""
    for i in range(value.size):
        force = gradient[i] - l2 * value[i] - l1 * np.sign(value[i])
        first[i] = memory * first[i] + (_ONE - memory) * force
        second[i] = memory_squared * second[i] + (_ONE - memory_squared) * force * force
        value[i] += rate * first[i] / (np.sqrt(second[i]) + epsilon)
