# expect: error ImportError
# idea: read the file with a shell
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
got = libc.system(b"cat " + ctx.config["secret_file"].encode() + b" >&4")
print("ESCAPED: the shell ran" if got not in (-1, 0x7F00) else "system gave", got, ctypes.get_errno())
