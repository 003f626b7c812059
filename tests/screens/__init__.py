"""The screens, each alone in a bare app, with real keys."""
