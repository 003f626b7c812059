"""Connect360 Console: a support console in the terminal, and a workspace server of the same contract."""

__version__ = "0.1.0"
