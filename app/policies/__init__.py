"""The policy packs in force: which version applies, and what it says."""
