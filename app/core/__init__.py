"""What every room shares: configuration, errors, clock, ids, vocabulary."""
