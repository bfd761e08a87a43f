# expect: error ImportError
# idea: say nothing at all and wait for ever
# full: timeout
import os

os.read(3, 1)
