"""People of one schema: users, roles, sessions, sign-in. Operators are the users of the public schema."""
