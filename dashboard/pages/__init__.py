"""One module a page: read the parameters, ask the port, fill the view, render."""
