"""Fetching: what stands between an address and the bytes that a server answers."""
