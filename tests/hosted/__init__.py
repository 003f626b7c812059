"""A stand-in for the hosted product, and our client against it."""
