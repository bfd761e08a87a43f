# expect: error ImportError
# idea: put another handler in the place of the deadline's, by each function there is for it
# full: timeout
import ctypes
import signal

libc = ctypes.CDLL(None, use_errno=True)
for install in (lambda: signal.signal(signal.SIGUSR1, signal.SIG_IGN), lambda: signal.siginterrupt(signal.SIGUSR1, False)):
    try:
        install()
        print("ESCAPED: installed")
    except OSError as error:
        print("refused:", error.errno)
libc.signal(10, ctypes.c_void_p(1))
print("libc says", ctypes.get_errno())
while True:
    pass
