"""A line that is cut at any byte of an exchange, let go again, and what must be true then."""
