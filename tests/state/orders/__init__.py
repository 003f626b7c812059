"""Several consoles on one real server, and every line between them in the hands of a test."""
