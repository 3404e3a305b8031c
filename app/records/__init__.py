"""Bulk reads of what the feeds have stored, for everybody who judges it or shows it."""
