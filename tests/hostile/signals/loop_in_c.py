# expect: error ImportError
# idea: be inside one call of C that takes years, so that the interpreter never handles the signal
# full: timeout
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
digits = b"(" * 12 + b"a*" + b")*" * 12 + b"b"
pattern = ctypes.create_string_buffer(256)
print("compiled", libc.regcomp(pattern, b"\\(.*\\)*\\1\\(.*\\)*\\2\\(.*\\)*\\3x", 0), len(digits))
libc.regexec(pattern, b"ab" * 2000, 0, None, 0)
room = ctypes.create_string_buffer(1 << 20)
while True:
    libc.memset(room, 0, 1 << 20)
