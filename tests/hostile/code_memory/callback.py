# expect: error ImportError
# idea: have ctypes make functions out of Python code until it needs a new page to execute
# full: memory | error MemoryError | error RuntimeError
import ctypes

made = [ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda number: number + 1) for _ in range(3000)]
print("ESCAPED: made code that runs:", made[-1](41))
