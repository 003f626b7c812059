"""What can be called, one file a resource. Each one speaks the contract's values and knows no HTTP."""
