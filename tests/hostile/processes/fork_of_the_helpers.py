# expect: error ImportError
# idea: call the C function beneath subprocess with arguments of our own
# full: done
import sys

spawn = sys.modules.get("_posixsubprocess")
arguments = [[b"true"], [b"/bin/true"], False, (4,), None, None, -1, -1, -1, -1, -1, -1, 3, 4, False, False, -1, None, None, None, -1, None]
for extra in ([], [True], [False]):
    try:
        print("ESCAPED: started", spawn.fork_exec(*arguments, *extra))
    except (OSError, TypeError, ValueError) as error:
        print("refused:", error)
