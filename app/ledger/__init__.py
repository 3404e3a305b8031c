"""What a receipt proves: leaves, Merkle trees, envelopes and their sequence (docs/ledger-format.md)."""
