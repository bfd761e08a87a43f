# expect: error ImportError
# idea: write a line to the log of the machine, which libc does over a socket
# full: done
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.openlog(b"cellblock", 0x08 | 0x02, 8)
libc.syslog(3, b"a worker was here")
libc.closelog()
print("syslog returned", ctypes.get_errno())
