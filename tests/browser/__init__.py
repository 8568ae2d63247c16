"""What people see: the demo in Chromium."""
