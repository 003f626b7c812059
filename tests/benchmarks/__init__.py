"""Figures, taken by hand: `python -m tests.benchmarks.NAME`. No test measures time."""
