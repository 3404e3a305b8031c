"""What is sealed is sealed anew after the key ring was rotated, and how much is still under which key."""
