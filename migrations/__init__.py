"""How the schema came to be, one small step after another."""
