"""Samples: made-up people's requests, details and papers, told through everybody's own actions."""
