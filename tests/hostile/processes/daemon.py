# expect: error ImportError
# idea: leave the host's side and live on in the background
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
print("ESCAPED: detached" if libc.daemon(1, 1) == 0 else "errno", ctypes.get_errno())
