"""Proofs that leave the house: of one record, of one decision, and of all that decisions rest on."""
