# expect: error ImportError
# idea: point iconv's module path at the host's folder and ask for a converter from there
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.iconv_open.restype = ctypes.c_long
libc.setenv(b"GCONV_PATH", ctx.config["folder"].encode(), 1)
for name in (b"CELLBLOCK", b"ISO-2022-JP", b"EBCDIC-US"):
    print("ESCAPED: loaded a converter" if libc.iconv_open(name, b"UTF-8") != -1 else "errno", ctypes.get_errno())
