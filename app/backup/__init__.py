"""Backups: base backups with a manifest, the archived log behind them, and the way back (docs/operations.md).

The key ring is never part of a backup: whoever has both can read everything.
"""
