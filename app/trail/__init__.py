"""The audit trail: who read or changed what, when, from where and for what purpose (semantics.md, P)."""
