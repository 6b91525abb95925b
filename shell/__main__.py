"""``python -m shell`` is ``vaktrom``."""

import sys


def main() -> None:
    """The command line, or a child of it: a child imports nothing of the command line, and is tied to its parent first."""
    if sys.argv[1:2] == ["child"]:
        from shell.composition.process_life import die_with_parent

        die_with_parent(int(sys.argv[3]))
        from shell.composition.children import serve

        sys.exit(serve(sys.argv[2]))
    from shell.command_line import main as command_line

    command_line()


if __name__ == "__main__":
    main()
