"""The pages. Imports core only; reads through ports."""
