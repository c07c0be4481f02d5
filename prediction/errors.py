"""What goes wrong when a model is fitted."""


class NotFitted(Exception):
    """The data do not determine the parameters; the message says why, without any customer's data."""
