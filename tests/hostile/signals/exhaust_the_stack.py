# expect: error ImportError
# idea: have libc recurse until the stack is gone and no handler has anywhere to run
# full: crash | done
import ctypes

libc = ctypes.CDLL(None)
pattern = ctypes.create_string_buffer(256)
print("about to nest")
print("compiled", libc.regcomp(pattern, b"(" * 300_000 + b"a" + b")" * 300_000, 1))
