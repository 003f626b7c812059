"""What each action of `console.actions` does, by its id in `table`. Imported after the first frame."""
