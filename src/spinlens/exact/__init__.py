"""Exact references: enumeration of small systems, the ring in a field, Kaufman's finite square lattice."""

from spinlens.exact.chain import ChainResult, chain
from spinlens.exact.enumeration import ExactResult, enumerate
from spinlens.exact.kaufman import CRITICAL_TEMPERATURE, KaufmanResult, kaufman

__all__ = ["CRITICAL_TEMPERATURE", "ChainResult", "ExactResult", "KaufmanResult", "chain", "enumerate", "kaufman"]
