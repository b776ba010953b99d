"""What is said of settings on stderr before a picture is made of them."""

import click

from workshop_tui.errors import UserError
from workshop_tui.generation.advice import warnings
from workshop_tui.generation.model_shape import find_shape
from workshop_tui.generation.settings import Settings


def forewarn(settings: Settings, model: str) -> None:
    """Say what settings cost or do not do, where somebody could be surprised; it stops nothing.

    Args:
        settings: What is asked for.
        model: With which.
    """
    try:
        family = find_shape(model).family
    except UserError:  # a shared engine has models of its own
        family = ""
    for text in warnings(settings, family):
        click.echo(text, err=True)
