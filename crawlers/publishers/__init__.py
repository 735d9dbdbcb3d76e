"""One declaration a publisher."""
