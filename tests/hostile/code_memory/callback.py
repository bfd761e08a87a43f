# expect: error ImportError
# idea: have ctypes make a function out of Python code, which needs a page to execute
# full: memory | error MemoryError | error RuntimeError
import ctypes

made = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda number: number + 1)
print("ESCAPED: made code that runs:", made(41))
