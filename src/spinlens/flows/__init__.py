"""Flows that machines make of lattice states, and what is measured along them."""
