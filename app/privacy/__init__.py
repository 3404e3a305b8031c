"""Key ring, sealed fields, keyed hashes, masking, redaction: what keeps personal data private."""
