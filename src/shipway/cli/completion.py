"""completion: what a shell needs to complete `shipway`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from shipway.errors import Problem

HOW = {
    "bash": "shipway completion bash > ~/.local/share/bash-completion/completions/shipway",
    "zsh": "shipway completion zsh > ~/.zfunc/_shipway, with `fpath+=~/.zfunc` before compinit",
    "fish": "shipway completion fish > ~/.config/fish/completions/shipway.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(sorted(HOW)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a script that completes `shipway` in SHELL.

    \b
    shipway completion bash > ~/.local/share/bash-completion/completions/shipway
    shipway completion zsh > ~/.zfunc/_shipway   (fpath+=~/.zfunc before compinit)
    shipway completion fish > ~/.config/fish/completions/shipway.fish
    """  # noqa: D301 - \b is click's
    found = get_completion_class(shell)
    if found is None:
        raise Problem("usage", f"there is no completion for {shell}.")
    script = found(ctx.find_root().command, {}, "shipway", "_SHIPWAY_COMPLETE").source().strip()
    first, _, rest = script.partition("\n")
    how = f"# To install: {HOW[shell]}"
    # zsh reads its first line, #compdef
    parts = (first, how, rest) if first.startswith("#") else (how, script)
    print("\n".join(parts))
