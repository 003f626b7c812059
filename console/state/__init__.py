"""What is known, and the verbs that change it. Knows the client's `Api`, not HTTP; knows nothing of Textual."""
