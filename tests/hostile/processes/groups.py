# expect: error ImportError
# idea: join the groups of root by Python's own functions
# full: security
import os

for join in (lambda: os.setgroups([0]), lambda: os.initgroups("root", 0), lambda: os.setgid(0)):
    try:
        join()
        print("ESCAPED: joined")
    except OSError as error:
        print("refused:", error.errno)
