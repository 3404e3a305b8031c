"""The HTTP doors: know the caller, read the request, call a room, put its answer into JSON. No SQL, no rules."""
