# expect: crash
# full: crash
# idea: raise the very exception by which the worker's loop learns that its host is gone
def tick(ctx):
    for kind in Exception.__base__.__subclasses__():
        if kind.__name__ == "HostGone":
            raise kind
    print("no such exception")
