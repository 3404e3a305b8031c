"""Everything the program itself asks of other hosts. No other room opens a connection to the world."""
