"""AI agents: what one is asked, what it answers, and those that come with a server. No HTTP of ours and no database."""
