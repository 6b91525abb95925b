"""``python -m shell`` is ``vaktrom``."""

import sys

from shell.composition.process_life import die_with_parent

if sys.argv[1:2] == ["child"]:  # before anything heavy is imported: the parent may die while we do
    die_with_parent(int(sys.argv[3]))

from shell.command_line import main

if __name__ == "__main__":
    main()
