"""预警 / 问题: raised, confirmed, resolved. Whoever judges says what it finds; this room remembers it."""
