"""What no data can decide: items of a policy that officials answer (人工核查)."""
