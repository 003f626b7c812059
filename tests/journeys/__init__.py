"""Whole programs in a real terminal, against a real server process."""
