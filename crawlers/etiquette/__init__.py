"""What a polite and guarded crawler keeps to: robots.txt, pace, Retry-After, the address guard."""
