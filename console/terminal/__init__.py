"""The last step before the terminal: what may be written to it, and what of its answers may be read. No I/O here."""
