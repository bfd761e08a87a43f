# expect: error ImportError
# idea: open a named queue that another process of the machine could read
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
found = libc.mq_open(b"/cellblock", 0o102, 0o600, None)
print("ESCAPED: mq_open" if found >= 0 else "errno", ctypes.get_errno())
print("unlink", libc.mq_unlink(b"/cellblock"), ctypes.get_errno())
