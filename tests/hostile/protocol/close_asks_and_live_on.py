# expect: error ImportError
# idea: close the pipe that the host listens to, and live on unheard
# full: security
import os

os.close(4)
while True:
    pass
