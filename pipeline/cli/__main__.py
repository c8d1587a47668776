"""`python -m pipeline.cli`: the program, as its own child processes are started."""

from pipeline.cli.main import main

main()
