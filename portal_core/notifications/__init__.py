"""Who is told what: in the list of updates, and by e-mail at once or once a day.

Rules say who is told, the reader's choices say how, notices keep it, compose says it, rendering says how it looks,
handlers listen. What waits for the customer always goes at once.
"""
