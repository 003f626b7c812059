"""The workspace server: another program of the same contract. It imports contract, text and errors alone."""
