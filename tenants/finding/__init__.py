"""`/find/`: which portals know an e-mail address, answered by e-mail alone."""
