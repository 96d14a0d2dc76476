"""Where a new owner lands."""

FIRST_PAGE = "/desk/first-steps/"
