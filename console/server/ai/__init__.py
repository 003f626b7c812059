"""AI agents: what one is asked and answers, and those that come with a server. No HTTP of ours."""
