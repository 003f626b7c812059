"""The demo: its story, its server process, its seeding and its scripted customers."""
