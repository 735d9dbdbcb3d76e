"""Pairs of texts of which it is known whether one is a reprint of the other: all invented, made anew at each run."""
