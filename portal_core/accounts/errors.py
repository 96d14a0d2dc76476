"""What can be wrong with an action on people. Each carries a code; the edge finds words and an HTTP status."""


class AccountError(Exception):
    """An action on people was refused and wrote nothing."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotAllowed(AccountError):
    """The actor's role does not carry it."""

    def __init__(self, code: str = "not_allowed") -> None:
        super().__init__(code)


class EmailTaken(AccountError):
    """Somebody in this schema has the address already."""

    def __init__(self, code: str = "email_taken") -> None:
        super().__init__(code)


class LastOwner(AccountError):
    """A portal must keep an owner who can sign in."""

    def __init__(self) -> None:
        super().__init__("last_owner")


class RoleGone(NotAllowed):
    """The role went with a version that has gone live meanwhile."""

    def __init__(self) -> None:
        super().__init__("role_gone")


class NotThere(AccountError):
    """No such colleague (any more), or not in a state in which this can be done."""

    def __init__(self) -> None:
        super().__init__("not_there")
