"""Review and publish: `page.py` puts together what is shown, from `standing.py` (where requests go), `seeing.py` (what
customers would newly see), `mends.py` (what stops it, with its mend) and `numbers.py`; `views.py` answers."""
