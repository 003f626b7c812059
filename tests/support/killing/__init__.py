"""Writers and a follower over a server that is killed again and again, and what must be true of its data then."""
