"""`python -m breastdce`."""

from breastdce.cli.main import program

program()
