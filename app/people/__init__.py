"""People: users, passwords, second factors, passkeys, sessions, lockout, and links that count once."""
