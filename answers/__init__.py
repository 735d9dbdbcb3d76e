"""Printed figures read and held beside verified ones, and what an office answers with."""
