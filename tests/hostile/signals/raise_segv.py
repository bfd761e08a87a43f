# expect: error ImportError
# idea: die of a fault of one's own making
# full: crash
import ctypes

print("about to die")
ctypes.string_at(0)
