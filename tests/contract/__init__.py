"""The contract's shapes."""
