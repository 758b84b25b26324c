"""Thermometers: calibrated maps from states to temperature, and the test whether states have one."""
