# expect: error ImportError
# idea: write into memory that came from the zygote, die, and see whether the next process finds it
# full: crash
# ticks: 3
import ctypes
import os
import sys

word = ctypes.c_int.in_dll(ctypes.pythonapi, "Py_NoUserSiteDirectory")
names = vars(sys.modules["_random"])


def tick(ctx):
    if word.value == 0x5EED or "message" in names:
        print("ESCAPED: the process before left a message", word.value, names.get("message"))
    word.value = 0x5EED
    names["message"] = "from before"
    os._exit(0)
