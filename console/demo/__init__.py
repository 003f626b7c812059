"""The demo: a server process of its own, a made-up company's afternoon seeded through the public API, and customers who
answer. It knows the client and the contract; the console is shown by whoever calls it."""
