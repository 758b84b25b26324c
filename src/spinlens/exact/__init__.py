"""Exact references: sums over all states of small systems, the ring in a field, Kaufman's finite square lattice."""

from spinlens.exact.chain import ChainResult, chain
from spinlens.exact.enumeration import ExactResult, enumerate
from spinlens.exact.information import BlockInformation, block_information
from spinlens.exact.kaufman import CRITICAL_TEMPERATURE, KaufmanResult, kaufman

__all__ = [
    "CRITICAL_TEMPERATURE", "BlockInformation", "ChainResult", "ExactResult", "KaufmanResult", "block_information",
    "chain", "enumerate", "kaufman",
]  # fmt: skip
