"""Checks offline what the ledger attests; imports nothing of the program, so that it can be read alone."""
