"""``python -m spinlens``: the command line."""

from spinlens.cli.app import main

main()
