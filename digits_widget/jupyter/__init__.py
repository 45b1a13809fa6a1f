"""What JupyterLab and Voila are started with."""
