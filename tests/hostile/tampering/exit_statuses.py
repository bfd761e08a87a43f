# expect: memory | crash
# full: memory | crash
# idea: end the process with the status that stands for want of memory
def tick(ctx):
    print("going")
    print.__self__.__import__("posix")._exit(71)
