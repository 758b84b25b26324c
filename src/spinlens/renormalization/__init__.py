"""Renormalization of lattice states: block spins and the trajectories they make."""
