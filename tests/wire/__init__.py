"""Bytes recorded from the real packages: witnesses that neither of our two programs wrote."""
