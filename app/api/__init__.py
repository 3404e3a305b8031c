"""The HTTP doors: know the caller, read the request, call a room, show its answer. No SQL, no rules."""
