"""The way of a drawing in one row: every step, the request, the server."""
