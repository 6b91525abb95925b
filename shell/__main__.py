"""``python -m shell`` is ``vaktrom``."""

from shell.command_line import main

if __name__ == "__main__":
    main()
