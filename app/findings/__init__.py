"""预警 / 问题: raised, confirmed, resolved, worked on. Whoever judges says what it finds; here it is kept."""
