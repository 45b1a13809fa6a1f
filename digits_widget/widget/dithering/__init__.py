"""The catalogue on one drawing, and one method under the microscope."""
