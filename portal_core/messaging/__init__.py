"""Messages between customers and staff, and staff's internal notes."""
