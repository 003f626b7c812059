"""The rules of the contract as functions of values. Nothing here reads, writes or knows HTTP."""
