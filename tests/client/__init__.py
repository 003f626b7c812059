"""The client, against recorded bytes, against servers that misbehave, and against our own server."""
