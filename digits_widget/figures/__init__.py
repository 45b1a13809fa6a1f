"""Figures of traces, confidences and catalogues: all that knows matplotlib."""
