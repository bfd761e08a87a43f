# expect: error ImportError
# idea: load a locale, which libc reads from files
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.setlocale.restype = ctypes.c_char_p
libc.setenv(b"LOCPATH", ctx.config["folder"].encode(), 1)
for name in (b"de_DE.UTF-8", b"../../../../etc", b"en_US.ISO-8859-1"):
    print("ESCAPED: loaded" if libc.setlocale(6, name) else "refused", name)
