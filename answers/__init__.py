"""The fact book, printed figures held beside it, and cases."""
