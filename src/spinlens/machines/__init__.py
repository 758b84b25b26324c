"""Restricted Boltzmann machines of ±1 units: trained, judged by likelihood, opened up."""
