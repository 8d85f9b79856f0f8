"""`python -m bowlby`: the command line."""

from bowlby.cli import main

main()
