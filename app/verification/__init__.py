"""Whether a receipt, a paper, a recording or a bundle is genuine, and what strangers may be told of it."""
