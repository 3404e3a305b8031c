"""Runs a program under limits of time, memory and files: `python -I confined.py CPU_S MEMORY PROGRAM …`.

It comes after all other work of the machine.
A file of its own, run by itself, so that nothing of ours is in the process that reads what strangers made.
"""

import os
import resource
import sys

OPEN_FILES, NICENESS = 64, 10


def main() -> None:
    cpu_s, memory, program = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    for what, most in (
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(NICENESS)
    os.execvp(program[0], program)  # noqa: S606 (no shell: the program is the operator's setting)


if __name__ == "__main__":
    main()
