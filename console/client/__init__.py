"""The wire: HTTP calls in, values of the contract or typed errors out. It knows no state and no screen."""
