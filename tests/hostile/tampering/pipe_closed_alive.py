# expect: security
# full: security
# idea: close the pipe to the host and live on unheard
# timeout: 5
def tick(ctx):
    posix = print.__self__.__import__("posix")
    posix.close(4)
    posix.close(3)
    while True:
        pass
