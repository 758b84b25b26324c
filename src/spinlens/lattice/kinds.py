"""The words by which study files and the command line name couplings, the kinds that they mean, and bounds."""

COUPLING_KINDS = {"nearest-neighbour": "NearestNeighbour", "power-law": "PowerLaw"}

SIGMAS = (1e-3, 20.0)
"""The least and the largest σ of a power law."""
