"""PostgreSQL: the embedded server, sessions, tables. No questions are asked here; rooms ask them."""
