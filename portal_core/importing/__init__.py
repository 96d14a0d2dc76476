"""Requests from elsewhere: a file and a mapping become requests with their history. See the README beside this."""
