"""The one error of the local start that is meant for a person."""


class StartError(Exception):
    """The start cannot go on. Its text is a plain sentence for the person at the terminal."""
