"""Facts, rules and their explanation. Pure: no SQL, no web, no clock, no float."""
