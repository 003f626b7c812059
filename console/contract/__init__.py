"""The contract as values: shapes, procedures, permissions, errors and events. No input or output happens here.

`documented` marks what the product's public documentation says to the letter; the rest is our extension, which a client
finds out at run time. Both programs, and the README's tables, read these values and no second copy.
"""
