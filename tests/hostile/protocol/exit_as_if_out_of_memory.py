# expect: error ImportError
# idea: end with the status that stands for want of memory
# full: memory
import os

os._exit(71)
