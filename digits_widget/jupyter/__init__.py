"""Classes and settings that this package gives JupyterLab and Voila."""
