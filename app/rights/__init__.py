"""What a person may know, have put right and object to; and who sees personal data in clear, and why."""
