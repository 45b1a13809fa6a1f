"""The panels: one a file, or a folder where one needs several."""
