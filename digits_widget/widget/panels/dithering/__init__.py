"""Every method of the catalogue on one drawing, and one under the microscope."""
