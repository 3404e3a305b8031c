"""`python -m app.cli`: the same as `supervise`."""

from app.cli import main

main()
