"""Statistics of correlated data: arrays only, no lattice."""
