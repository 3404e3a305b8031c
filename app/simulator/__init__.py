"""A live and a VOD platform that play a term of training over HTTP, and know how it is meant to end."""
