"""HTTP, and nothing but HTTP: requests become values, values become answers."""
