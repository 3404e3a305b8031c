"""Takes batches in: reads, checks and merges their records, archives and attests them, gives the receipt."""
