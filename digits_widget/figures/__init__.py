"""Figures of traces, confidences and catalogues; only this room uses matplotlib."""
