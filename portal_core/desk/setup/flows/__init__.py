"""The editor's pages of flows: the statuses of a request, their contract, their steps, and the ways between them."""
