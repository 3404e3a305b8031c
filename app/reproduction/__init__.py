"""Any past decision made again from what it rests on, and what moved one decision to another."""
