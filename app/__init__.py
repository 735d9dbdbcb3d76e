"""Puts the parts together. The only package that imports everyone."""
