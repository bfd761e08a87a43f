# expect: error ImportError
# idea: jump to bytes of a string as if they were a function
# full: crash
import ctypes

text = ctypes.create_string_buffer(b"\xb8\x2a\x00\x00\x00\xc3")
print("about to jump")
print("ESCAPED: data ran", ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(text))())
