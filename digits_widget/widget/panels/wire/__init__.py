"""Request and response, byte by byte."""
