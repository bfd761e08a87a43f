# expect: error ImportError
# idea: become another program by the function of Python that looks through a path
# full: security
import os

os.environ["PATH"] = "/nowhere:/bin:/usr/bin"
try:
    os.execvp("true", ["true"])
except OSError as error:
    print("refused:", error.errno)
