"""Exact references: enumeration of small systems, Kaufman's finite square lattice."""

from spinlens.exact.enumeration import ExactResult, enumerate
from spinlens.exact.kaufman import CRITICAL_TEMPERATURE, KaufmanResult, kaufman

__all__ = ["CRITICAL_TEMPERATURE", "ExactResult", "KaufmanResult", "enumerate", "kaufman"]
