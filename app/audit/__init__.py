"""The deep check: everything that is stored, derived again from what it rests on (docs/tampering.md)."""
