# expect: crash | done | error SystemError | error ValueError | memory
# idea: take all constants away from code that loads the last of many
# source: pwning-python
def tick(ctx):
    def template():
        return ("x", 1.5, b"y", 2.5, "z", 3.5j, "w" "v", frozenset, -7.25, "last of them all")[-1], "another", 1e100

    empty = template.__code__.replace(co_consts=())
    template.__code__ = empty
    found = template()
    print(type(found), len(found))
