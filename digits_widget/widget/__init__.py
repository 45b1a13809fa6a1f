"""The widget: all that knows Jupyter."""
