# expect: error ImportError
# idea: have libc expand a word that runs a command
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
found = ctypes.create_string_buffer(64)
path = ctx.config["secret_file"]
got = libc.wordexp(f"$(cat {path})".encode(), found, 0)
words = int.from_bytes(found.raw[:8], "little")
if got == 0 and words:
    first = ctypes.cast(int.from_bytes(found.raw[8:16], "little"), ctypes.POINTER(ctypes.c_char_p))[0]
    print("ESCAPED: expanded to", first)
print("wordexp gave", got, words)
