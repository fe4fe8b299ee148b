"""``dr-toolkit init``."""

from __future__ import annotations

from pathlib import Path

import click

from dr_toolkit.cli.options import Command
from dr_toolkit.cli.session import given


@click.command(cls=Command)
@click.pass_context
def init(context: click.Context) -> None:
    """Write a commented dr-toolkit.yaml.

    A file that is there is left alone.
    """
    from dr_toolkit.config import EXAMPLE, NAME
    from dr_toolkit.errors import UsageError

    path = Path(given(context).config or NAME)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(EXAMPLE)
    except FileExistsError:
        hint = "Look at it: dr-toolkit doctor. Or name another file: dr-toolkit init --config FILE"
        raise UsageError(reason=f"{path} is there already; it was left as it is", hint=hint) from None
    except OSError as error:
        reason = f"{path} can't be written: {error.strerror or error}"
        raise UsageError(reason=reason, hint="Name another file: dr-toolkit init --config FILE") from None
    click.echo(f"wrote {path}: say what is backed up and where to, then: dr-toolkit snapshot create")
