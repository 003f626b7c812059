"""A stage for the panes: the real console in a real pseudo-terminal, on a server that has as much as is wanted."""
