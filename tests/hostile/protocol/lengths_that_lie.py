# expect: error ImportError
# idea: announce lists, maps and texts of four billion items inside a small frame
# full: security
import os

for text in (b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\x82\xa4type\xa3Log\xa5lines\xdd\xff\xff\xff\xff", b"\x81\xa4type\xdb\xff\xff\xff\xff"):
    os.write(4, len(text).to_bytes(4, "big") + text)
while True:
    pass
