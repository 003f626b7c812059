"""An agent's hour at the console, played by keys in a real terminal, while the console is killed again and again."""
