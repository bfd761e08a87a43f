# expect: error ImportError
# idea: name a file as the time zone, and see by the clock whether libc read it
# full: done
import ctypes
import time

libc = ctypes.CDLL(None)
for zone in (b":/usr/share/zoneinfo/Asia/Tokyo", b"Asia/Kolkata", b":" + ctx.config["secret_file"].encode()):
    libc.setenv(b"TZ", zone, 1)
    time.tzset()
    print("ESCAPED: read a zone" if time.localtime(0).tm_hour else "not read:", zone[:30], time.tzname)
