"""Who may do what: platforms, clients, tokens, and the one authorisation table."""
