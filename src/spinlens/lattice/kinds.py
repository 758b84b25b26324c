"""The words by which study files and the command line name couplings, and the kinds of `model_document` they mean."""

COUPLING_KINDS = {"nearest-neighbour": "NearestNeighbour", "power-law": "PowerLaw"}
