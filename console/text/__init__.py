"""Outside text made safe and shaped. No input or output, and nothing of Textual."""
