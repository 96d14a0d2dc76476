"""Review and publish: `page.py` puts together what is shown, from `standing.py` (where requests go), `seeing.py` (what
customers would newly see), `mends.py` (what stops it; `mends_*.py` what can be chosen to mend it, by place), `mails.py`
(what becomes of mails) and `numbers.py`; `views.py` answers."""
